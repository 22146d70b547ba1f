import { Class } from '../../models/class.js';
import type { EventSync } from '../../models/event.js';
import { RosterChange } from '../../models/roster-change.js';
import type { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { readMirrorMark } from '../refresh/cursor.js';
import { contentHash } from '../sources/roster-record.js';

type StoodOn = NonNullable<SyncRun['stoodOn']>;

/** What the event's classes are made of now; undefined where that cannot be told. To be asked before they are looked at. */
export async function readStanding(
  run: Pick<SyncRun, 'account'>,
  { schools, terms, noTerm }: EventSync,
): Promise<StoodOn | undefined> {
  const mirror = await readMirrorMark(run.account);
  return mirror && { mirror, selection: contentHash([schools, terms.map(({ id }) => id), noTerm]) };
}

/**
 * Whether the event's classes are as its last sync left them and nothing of what they are made of has changed since, so that they need
 * not be held against the mirror one by one. Only after a night by events: whoever has everything read has everything looked at.
 */
export async function classesStand(
  run: SyncRun,
  refresh: Pick<RosterRun, 'how'>,
  standing: StoodOn | undefined,
): Promise<boolean> {
  if (!standing || refresh.how !== 'events' || run.purpose !== 'sync' || run.choice) return false;
  const { account, event } = run;
  const last = await SyncRun.findOne(
    { event, _id: { $ne: run._id }, purpose: { $ne: 'preview' }, state: { $ne: 'queued' } },
    { purpose: 1, state: 1, stoodOn: 1 },
  )
    .sort({ createdAt: -1 })
    .lean();
  if (last?.purpose !== 'sync' || last.state !== 'done' || !last.stoodOn) return false;
  const same = last.stoodOn.mirror.equals(standing.mirror) && last.stoodOn.selection === standing.selection;
  if (!same || (await RosterChange.exists({ account, state: 'held', event }))) return false;
  // A deleted class comes back with the next sync.
  return (await Class.exists({ event, status: 'deleted' })) === null;
}
