import type { Model, Types } from 'mongoose';
import type { Run } from '../../models/run.js';

/**
 * Goes on with a run that waited for another one, under the same fence: whoever left it waiting writes to it no more, and of those who
 * would go on one wins. It is no further try.
 * @returns null when it does not wait for that one any more
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
