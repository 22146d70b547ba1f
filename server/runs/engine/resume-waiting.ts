import type { Model, Types } from 'mongoose';
import type { Run } from '../../models/run.js';

/**
 * Resumes a run that waited for another one, under the same fence: the worker that left it waiting writes to it no more, and if several try
 * to resume it, one succeeds. It does not count as another try.
 * @returns null if it does not wait for that run any more
 */
export async function resumeWaiting(
  model: Model<Run>,
  id: Types.ObjectId,
  waitsFor: Types.ObjectId,
): Promise<Run | null> {
  return model
    .findOneAndUpdate(
      { _id: id, state: 'running', waitsFor },
      { $unset: { waitsFor: 1 }, $currentDate: { heartbeatAt: true } },
      { returnDocument: 'after' },
    )
    .lean();
}
