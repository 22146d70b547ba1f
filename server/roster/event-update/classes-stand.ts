import { Class } from '../../models/class.js';
import type { EventSync } from '../../models/event.js';
import { RosterChange } from '../../models/roster-change.js';
import type { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { readMirrorMark } from '../refresh/cursor.js';
import { contentHash } from '../sources/roster-record.js';

type StoodOn = NonNullable<SyncRun['stoodOn']>;

/**
 * Whether the event's classes are as its last sync left them and nothing of what they are made of has changed since, so that they need
 * not be held against the mirror one by one. Only after a night by events: whoever has everything read has everything looked at. Notes
 * what they are made of now, for the next one; so it is asked before they are looked at.
 */
export async function classesStand(
  run: SyncRun,
  sync: EventSync,
  refresh: Pick<RosterRun, 'how'>,
): Promise<boolean> {
  if (run.purpose !== 'sync') return false;
  const mirror = await readMirrorMark(run.account);
  if (!mirror) return false;
  const { schools, terms, noTerm } = sync;
  const stoodOn = { mirror, selection: contentHash([schools, terms.map(({ id }) => id), noTerm]) };
  const stand = refresh.how === 'events' && !run.choice && (await stoodOnTheSame(run, stoodOn));
  await SyncRun.updateOne({ _id: run._id, fence: run.fence }, { $set: { stoodOn } });
  return stand;
}

async function stoodOnTheSame(
  { _id, account, event }: SyncRun,
  { mirror, selection }: StoodOn,
): Promise<boolean> {
  const last = await SyncRun.findOne(
    { event, _id: { $ne: _id }, purpose: { $ne: 'preview' }, state: { $ne: 'queued' } },
    { purpose: 1, state: 1, stoodOn: 1 },
  )
    .sort({ createdAt: -1 })
    .lean();
  if (last?.purpose !== 'sync' || last.state !== 'done' || !last.stoodOn) return false;
  const same = last.stoodOn.mirror.equals(mirror) && last.stoodOn.selection === selection;
  if (!same || (await RosterChange.exists({ account, state: 'held', event }))) return false;
  // A deleted class comes back with the next sync.
  return (await Class.exists({ event, status: 'deleted' })) === null;
}
