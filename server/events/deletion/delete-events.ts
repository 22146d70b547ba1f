import type { Model, Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Appointment } from '../../models/appointment.js';
import { Claim } from '../../models/claim.js';
import { Class } from '../../models/class.js';
import { clearDiaries } from '../../models/diary.js';
import { Event } from '../../models/event.js';
import { Notification } from '../../models/notification.js';
import { OneTimeLink } from '../../models/one-time-link.js';
import { Resource } from '../../models/resource.js';
import { RosterChange } from '../../models/roster-change.js';
import { Slot } from '../../models/slot.js';
import { SlotMove, SlotMoveItem } from '../../models/slot-move.js';
import { SyncLog } from '../../models/sync-log.js';
import { SyncRun } from '../../models/sync-run.js';
import { User } from '../../models/user.js';
import { stopSync } from '../../sync/runs/stop-sync.js';

const BATCH = 500;

type Gone = Pick<Event, '_id' | 'account'>;

/**
 * Deletes what is in events that somebody deleted, and at last the events. May be killed at any step and done again, also by two workers
 * at once: the event itself goes when nothing of it is left. What was audited stays, as does whoever was in it.
 */
export async function deleteEvents(deps: Pick<Deps, 'now'>, stopping: AbortSignal): Promise<void> {
  const events = await Event.find({ status: 'deleted' }, { account: 1 }).lean<Gone[]>();
  for (const event of events) {
    if (stopping.aborted) return;
    await deleteEvent(deps, event, stopping);
  }
}

async function deleteEvent(deps: Pick<Deps, 'now'>, event: Gone, stopping: AbortSignal): Promise<void> {
  // A sync that began at the same moment ends by itself at its next step; the event waits for it.
  if (await endsSync(deps, event)) return;
  const { _id, account } = event;
  const scope = { account, event: _id };
  // First what other people could still come upon.
  await User.updateMany(
    { 'grants.account': account, 'grants.event': _id },
    { $pull: { grants: { account, event: _id } } },
  );
  await OneTimeLink.updateMany(
    { 'offer.account': account, 'offer.grants.event': _id },
    { $pull: { 'offer.grants': { event: _id } } },
  );
  await OneTimeLink.deleteMany({ 'offer.account': account, 'offer.grants': { $size: 0 } });
  await inBatches(Appointment, scope, stopping, async (ids) => {
    await Claim.deleteMany({ appointment: { $in: ids } });
    await clearDiaries(ids);
  });
  // What families and staff are still to be told goes out: it is the account's from now on.
  await Notification.updateMany(
    { ...scope, state: { $in: ['queued', 'sending'] } },
    { $unset: { event: 1 } },
  );
  for (const model of [SlotMove, SlotMoveItem, Slot, Class, Resource, Notification])
    await inBatches(model, scope, stopping);
  await inBatches(SyncRun, scope, stopping, async (runs) => {
    for (const run of runs) {
      await inBatches(SyncLog, { run }, stopping);
      await inBatches(RosterChange, { run }, stopping);
    }
  });
  if (stopping.aborted || (await hasContents(scope))) return;
  await Event.deleteOne({ _id, account, status: 'deleted' });
}

/** @returns whether one runs still */
async function endsSync(deps: Pick<Deps, 'now'>, { _id, account }: Gone): Promise<boolean> {
  if (!(await SyncRun.exists({ event: _id, state: { $in: ['queued', 'running'] } }))) return false;
  await stopSync(deps, { account, events: [_id] });
  return (await SyncRun.exists({ event: _id, state: 'running' })) !== null;
}

/** Something may have been made by a request that began before the event was deleted: then it is gone through again. */
async function hasContents(scope: { account: Types.ObjectId; event: Types.ObjectId }): Promise<boolean> {
  const found = await Promise.all(
    [Appointment, Slot, Class, Resource, SyncRun].map((model) => (model as Model<unknown>).exists(scope)),
  );
  return found.some((one) => one !== null);
}

/** Deletes what a filter finds, some at once. @param first is done before those are deleted, so that a death in between leaves a way on */
async function inBatches(
  model: unknown,
  filter: object,
  stopping: AbortSignal,
  first: (ids: Types.ObjectId[]) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { find, deleteMany } = bound(model as Model<{ _id: Types.ObjectId }>);
  const isStopped = () => stopping.aborted;
  while (!isStopped()) {
    const ids = (await find(filter)).map(({ _id }) => _id);
    if (ids.length === 0) return;
    await first(ids);
    if (isStopped()) return;
    await deleteMany(ids);
  }
}

function bound(model: Model<{ _id: Types.ObjectId }>) {
  return {
    find: (filter: object) => model.find(filter, { _id: 1 }).limit(BATCH).lean(),
    deleteMany: (ids: Types.ObjectId[]) => model.deleteMany({ _id: { $in: ids } }),
  };
}
