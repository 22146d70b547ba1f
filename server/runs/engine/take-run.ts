import type { Model, QueryFilter, Types } from 'mongoose';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import type { Run } from '../../models/run.js';
import type { Timing } from './timing.js';
import { dueAt } from './put-off.js';

/** A run that takes its worker down this many times is given up. */
export const MOST_TRIES = 5;

/**
 * Takes a run to work at it: one that waits, or one whose worker has been silent for too long. Its fence is raised, so the earlier worker
 * can write no more, and its progress starts over: what is done already is recognized as done.
 * @returns null if another worker has it, another run has its place, its time has not come, or it is over
 */
export async function takeRun(
  model: Model<Run>,
  id: Types.ObjectId,
  timing: Timing,
  now: Date,
): Promise<Run | null> {
  try {
    return await model
      .findOneAndUpdate(
        { _id: id, $or: [{ state: 'queued', ...dueAt(now) }, staleRun(timing)] },
        {
          $set: { state: 'running', startedAt: now, stages: [], counts: {}, remarks: [] },
          $unset: { finishedAt: 1, retryAt: 1, result: 1 },
          $inc: { fence: 1 },
          $currentDate: { heartbeatAt: true },
        },
        { returnDocument: 'after' },
      )
      .lean();
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}

/** Which try at a run this is. Tries that ended for an outside reason do not count. */
export function countTries({
  fence,
  retries = 0,
  spared = 0,
}: Pick<Run, 'fence' | 'retries' | 'spared'>): number {
  return fence - retries - spared;
}

/** Selects runs whose worker has been silent for too long, by the database's clock. A run that waits for another has no worker. */
export function staleRun(timing: Timing): QueryFilter<Run> {
  return {
    state: 'running',
    waitsFor: { $exists: false },
    $expr: { $lt: ['$heartbeatAt', { $subtract: ['$$NOW', timing.staleMs] }] },
  };
}
