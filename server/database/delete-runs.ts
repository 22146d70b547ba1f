import type { Model, Types } from 'mongoose';
import { RosterRun } from '../models/roster-run.js';
import type { Run, RunState } from '../models/run.js';
import { SyncRun } from '../models/sync-run.js';
import { firstIdAt } from './lifetimes.js';

/** The newest runs of a place stay at any age, as the next run needs their findings. */
const NEWEST = 50;
const OVER: RunState[] = ['done', 'stopped', 'failed'];

/** Deletes runs that ended before that time, except the newest of each event and of each account's roster. */
export async function deleteRuns(until: Date, stopping: AbortSignal): Promise<number> {
  const first = firstIdAt(until);
  return (
    (await deleteOf(SyncRun as unknown as Model<Run>, 'event', first, stopping)) +
    (await deleteOf(RosterRun, 'account', first, stopping))
  );
}

async function deleteOf(
  runs: Model<Run>,
  place: 'event' | 'account',
  first: Types.ObjectId,
  stopping: AbortSignal,
): Promise<number> {
  let deleted = 0;
  const places = (await runs.distinct(place, { _id: { $lt: first } })) as Types.ObjectId[];
  for (const id of places) {
    if (stopping.aborted) break;
    const of = { [place]: id };
    const kept = await runs.find(of, { createdAt: 1 }).sort({ createdAt: -1 }).limit(NEWEST).lean();
    const oldestKept = kept.at(-1)?.createdAt;
    if (!oldestKept || kept.length < NEWEST) continue;
    const gone = await runs.deleteMany({
      ...of,
      createdAt: { $lt: oldestKept },
      _id: { $lt: first },
      state: { $in: OVER },
    });
    deleted += gone.deletedCount;
  }
  return deleted;
}
