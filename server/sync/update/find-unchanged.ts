import type { Types } from 'mongoose';
import { Class } from '../../models/class.js';
import type { EventSync } from '../../models/event.js';
import { withheldOf, RosterChange } from '../../models/roster-change.js';
import type { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { readMirrorMark } from '../../sources/download/cursor.js';
import { contentHash } from '../../models/content-hash.js';

/** How many classes and resources are as an event's last sync left them. */
export interface Unchanged {
  classes: number;
  resources: number;
}

type MadeFrom = NonNullable<SyncRun['madeFrom']>;

/**
 * Counts the event's classes and resources if nothing that they are made of has changed since its last sync, so that they need not be
 * compared with the mirror one by one; undefined if they must be. Only for a night by events: when everything is read, everything is
 * compared. Stores a mark of what they are made of for the next sync, before the comparison.
 */
export async function findUnchanged(
  run: SyncRun,
  sync: EventSync,
  refresh: Pick<RosterRun, 'how'>,
): Promise<Unchanged | undefined> {
  if (run.purpose !== 'sync') return undefined;
  const mirror = await readMirrorMark(run.account);
  if (!mirror) return undefined;
  const { schools, terms, noTerm } = sync;
  // Classes without a hash were made by hand.
  const byHand = await Class.find({ event: run.event, 'synced.hash': '' }, { status: 1 })
    .sort({ _id: 1 })
    .lean();
  const madeFrom = {
    mirror,
    selection: contentHash([
      schools,
      terms.map(({ id }) => id),
      noTerm,
      byHand.map(({ _id, status }) => [_id, status]),
    ]),
  };
  const unchanged =
    refresh.how === 'events' && !run.choice ? await madeFromTheSame(run, madeFrom) : undefined;
  await SyncRun.updateOne({ _id: run._id, fence: run.fence }, { $set: { madeFrom } });
  return unchanged;
}

async function madeFromTheSame(
  { _id, account, event }: SyncRun,
  { mirror, selection }: MadeFrom,
): Promise<Unchanged | undefined> {
  const last = await SyncRun.findOne(
    { event, _id: { $ne: _id }, purpose: { $ne: 'preview' }, state: { $ne: 'queued' } },
    { purpose: 1, state: 1, madeFrom: 1, counts: 1 },
  )
    .sort({ createdAt: -1 })
    .lean();
  if (last?.purpose !== 'sync' || last.state !== 'done' || !last.madeFrom) return undefined;
  const same = last.madeFrom.mirror.equals(mirror) && last.madeFrom.selection === selection;
  if (!same || (await RosterChange.exists(withheldOf({ account, event })))) return undefined;
  if (await hasDeleted(event)) return undefined;
  return { classes: last.counts.class?.read ?? 0, resources: last.counts.resource?.read ?? 0 };
}

/** A deleted class comes back with the next sync. */
async function hasDeleted(event: Types.ObjectId): Promise<boolean> {
  const synced = { section: { $type: 'objectId' as const } };
  return (await Class.exists({ event, status: 'deleted', ...synced })) !== null;
}
