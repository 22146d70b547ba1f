import type { Model, Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Appointment } from '../../models/appointment.js';
import { Claim } from '../../models/claim.js';
import { Class } from '../../models/class.js';
import { clearDiaries } from '../../models/diary.js';
import { Draw } from '../../models/draw.js';
import { DrawEntry } from '../../models/draw-entry.js';
import { Event } from '../../models/event.js';
import { Interpreter } from '../../models/interpreter.js';
import { Mailing, MailingRecipient } from '../../models/mailing.js';
import { Notification } from '../../models/notification.js';
import { OneTimeLink } from '../../models/one-time-link.js';
import { Plan } from '../../models/plan.js';
import { Rehearsal } from '../../models/rehearsal.js';
import { Resource } from '../../models/resource.js';
import { RosterChange } from '../../models/roster-change.js';
import { Slot } from '../../models/slot.js';
import { SlotMove, SlotMoveItem } from '../../models/slot-move.js';
import { SyncLog } from '../../models/sync-log.js';
import { SyncRun } from '../../models/sync-run.js';
import { User } from '../../models/user.js';
import { WaitlistEntry } from '../../models/waitlist-entry.js';
import { stopSync } from '../../sync/runs/stop-sync.js';
import { findUntold, isSyncing } from './count-contents.js';

const BATCH = 500;

type Gone = Pick<Event, '_id' | 'account'>;

/** Documents of one kind. `first`: those that depend on them, deleted before them so that a repetition can finish after a death. */
interface Kind {
  model: Model<unknown>;
  first?: (ids: Types.ObjectId[], stopping: AbortSignal) => Promise<void>;
}

/** Everything that is stored under an event, in the order in which it is deleted. */
const CONTENTS: Kind[] = [
  { model: Appointment as Model<unknown>, first: clearTaken },
  { model: Plan as Model<unknown> },
  { model: DrawEntry as Model<unknown> },
  { model: Draw as Model<unknown> },
  { model: Interpreter as Model<unknown> },
  { model: WaitlistEntry as Model<unknown> },
  { model: SlotMove as Model<unknown> },
  { model: SlotMoveItem as Model<unknown> },
  { model: Slot as Model<unknown> },
  { model: Class as Model<unknown> },
  { model: Resource as Model<unknown> },
  { model: Mailing as Model<unknown> },
  { model: MailingRecipient as Model<unknown> },
  { model: Rehearsal as Model<unknown> },
  { model: Notification as Model<unknown> },
  { model: SyncRun as Model<unknown>, first: deleteRecords },
];

/**
 * Deletes the contents of events that somebody deleted, and finally the events. It may be killed at any step and repeated, also by two
 * workers at once: the event itself is deleted when nothing of it is left. Audit entries stay, and so do the people who were in it.
 */
export async function deleteEvents(deps: Pick<Deps, 'now'>, stopping: AbortSignal): Promise<void> {
  const events = await Event.find({ status: 'deleted' }, { account: 1 }).lean<Gone[]>();
  for (const event of events) {
    if (stopping.aborted) return;
    await deleteEvent(deps, event, stopping);
  }
}

async function deleteEvent(deps: Pick<Deps, 'now'>, event: Gone, stopping: AbortSignal): Promise<void> {
  // A sync that began at the same moment ends by itself at its next step; the deletion waits for it.
  if (await endsSync(deps, event)) return;
  const { _id, account } = event;
  // So does a move: families are told first.
  if (await findUntold(_id)) return;
  const scope = { account, event: _id };
  // What other people could still find is deleted first.
  await User.updateMany(
    { 'grants.account': account, 'grants.event': _id },
    { $pull: { grants: { account, event: _id } } },
  );
  await OneTimeLink.updateMany(
    { 'offer.account': account, 'offer.grants.event': _id },
    { $pull: { 'offer.grants': { event: _id } } },
  );
  await OneTimeLink.deleteMany({ 'offer.account': account, 'offer.grants': { $size: 0 } });
  // Mails that families and staff still have to get are sent: they belong to the account from now on.
  await Notification.updateMany(
    { ...scope, state: { $in: ['queued', 'sending'] } },
    { $unset: { event: 1 } },
  );
  for (const kind of CONTENTS) await deleteAll(kind, scope, stopping);
  if (stopping.aborted || (await hasContents(scope))) return;
  await Event.deleteOne({ _id, account, status: 'deleted' });
}

/** @returns whether a sync still runs */
async function endsSync(deps: Pick<Deps, 'now'>, { _id, account }: Gone): Promise<boolean> {
  if (!(await isSyncing(_id))) return false;
  await stopSync(deps, { account, events: [_id] });
  return (await SyncRun.exists({ event: _id, state: 'running' })) !== null;
}

/** A request that began before the deletion may have added something: then all of it is repeated. */
async function hasContents(scope: { account: Types.ObjectId; event: Types.ObjectId }): Promise<boolean> {
  const found = await Promise.all(CONTENTS.map(({ model }) => model.exists(scope)));
  return found.some((one) => one !== null);
}

async function clearTaken(appointments: Types.ObjectId[]): Promise<void> {
  await Claim.deleteMany({ appointment: { $in: appointments } });
  await clearDiaries(appointments);
}

/** The notes of runs. */
async function deleteRecords(runs: Types.ObjectId[], stopping: AbortSignal): Promise<void> {
  for (const model of [SyncLog, RosterChange])
    await deleteAll({ model: model as Model<unknown> }, { run: { $in: runs } }, stopping);
}

/** Deletes what a filter finds, several documents at once. */
async function deleteAll({ model, first }: Kind, filter: object, stopping: AbortSignal): Promise<void> {
  const isStopped = () => stopping.aborted;
  while (!isStopped()) {
    const ids = (await model.find(filter, { _id: 1 }).limit(BATCH).lean()).map(({ _id }) => _id);
    if (ids.length === 0) return;
    await first?.(ids, stopping);
    if (isStopped()) return;
    await model.deleteMany({ _id: { $in: ids } });
    if (ids.length < BATCH) return;
  }
}
