import type { Types } from 'mongoose';
import { Class } from '../../models/class.js';
import type { EventSync } from '../../models/event.js';
import { RosterChange } from '../../models/roster-change.js';
import type { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { readMirrorMark } from '../../sources/download/cursor.js';
import { contentHash } from '../../models/content-hash.js';

/** How many classes and holders of slots stand as an event's last sync left them. */
export interface Standing {
  classes: number;
  resources: number;
}

type StoodOn = NonNullable<SyncRun['stoodOn']>;

/**
 * What of the event stands as its last sync left it, nothing of what its classes and holders of slots are made of having changed since, so
 * that they need not be held against the mirror one by one; undefined where they have to be. Only after a night by events: whoever
 * has everything read has everything looked at. Notes what they are made of now, for the next one; so it is asked before they are
 * looked at.
 */
export async function findStanding(
  run: SyncRun,
  sync: EventSync,
  refresh: Pick<RosterRun, 'how'>,
): Promise<Standing | undefined> {
  if (run.purpose !== 'sync') return undefined;
  const mirror = await readMirrorMark(run.account);
  if (!mirror) return undefined;
  const { schools, terms, noTerm } = sync;
  // Only those that were made by hand have no hash.
  const byHand = await Class.find({ event: run.event, 'synced.hash': '' }, { status: 1 })
    .sort({ _id: 1 })
    .lean();
  const stoodOn = {
    mirror,
    selection: contentHash([
      schools,
      terms.map(({ id }) => id),
      noTerm,
      byHand.map(({ _id, status }) => [_id, status]),
    ]),
  };
  const standing =
    refresh.how === 'events' && !run.choice ? await standingOnTheSame(run, stoodOn) : undefined;
  await SyncRun.updateOne({ _id: run._id, fence: run.fence }, { $set: { stoodOn } });
  return standing;
}

async function standingOnTheSame(
  { _id, account, event }: SyncRun,
  { mirror, selection }: StoodOn,
): Promise<Standing | undefined> {
  const last = await SyncRun.findOne(
    { event, _id: { $ne: _id }, purpose: { $ne: 'preview' }, state: { $ne: 'queued' } },
    { purpose: 1, state: 1, stoodOn: 1, counts: 1 },
  )
    .sort({ createdAt: -1 })
    .lean();
  if (last?.purpose !== 'sync' || last.state !== 'done' || !last.stoodOn) return undefined;
  const same = last.stoodOn.mirror.equals(mirror) && last.stoodOn.selection === selection;
  if (!same || (await RosterChange.exists({ account, state: 'held', event }))) return undefined;
  if (await hasDeleted(event)) return undefined;
  return { classes: last.counts.class?.read ?? 0, resources: last.counts.resource?.read ?? 0 };
}

/** A deleted class comes back with the next sync. */
async function hasDeleted(event: Types.ObjectId): Promise<boolean> {
  const synced = { section: { $type: 'objectId' as const } };
  return (await Class.exists({ event, status: 'deleted', ...synced })) !== null;
}
