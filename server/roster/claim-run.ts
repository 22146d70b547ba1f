import { Types, type Model } from 'mongoose';
import type { Run } from '../models/run.js';

/** A claim whose run is not there yet is somebody's who is about to start it, for this long. */
const STARTING_MS = 60_000;

/**
 * Lets one of several who ask at once settle a run: decide what it held, apply it. Whoever claims starts the run of the id that is
 * given here. A settling run that failed or was stopped gives way to the next.
 * @returns the id under which to start; undefined when somebody else has done it or is at it
 */
export async function claimRun<T extends Run>(
  model: Model<T>,
  id: Types.ObjectId,
  now: Date,
): Promise<Types.ObjectId | undefined> {
  const runs = model as unknown as Model<Run>;
  const { settledBy } = await runs.findById(id, { settledBy: 1 }).orFail().lean();
  if (settledBy && (await isLiving(runs, settledBy, now))) return undefined;
  const run = new Types.ObjectId();
  const claimed = await runs.updateOne(
    { _id: id, settledBy: settledBy ?? { $exists: false } },
    { $set: { settledBy: run } },
  );
  return claimed.modifiedCount === 1 ? run : undefined;
}

async function isLiving(runs: Model<Run>, id: Types.ObjectId, now: Date): Promise<boolean> {
  const found = await runs.findById(id, { state: 1 }).lean();
  if (found) return found.state !== 'failed' && found.state !== 'stopped';
  return now.getTime() - id.getTimestamp().getTime() < STARTING_MS;
}
