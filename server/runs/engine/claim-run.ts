import { Types, type Model } from 'mongoose';
import type { Run } from '../../models/run.js';

/** A claim whose run does not exist yet belongs to somebody who is about to start it, for this long. */
const STARTING_MS = 60_000;

/**
 * Lets one of several requests follow up a run: decide what it withheld, or apply it. The one that claims starts the run with the id given
 * here. If that run failed or was stopped, the next request may claim.
 * @returns the id for the new run; undefined if somebody else has followed up or is doing so
 */
export async function claimRun<T extends Run>(
  model: Model<T>,
  id: Types.ObjectId,
  now: Date,
): Promise<Types.ObjectId | undefined> {
  const runs = model as unknown as Model<Run>;
  const { claimedBy } = await runs.findById(id, { claimedBy: 1 }).orFail().lean();
  if (claimedBy && (await isLiving(runs, claimedBy, now))) return undefined;
  const run = new Types.ObjectId();
  const claimed = await runs.updateOne(
    { _id: id, claimedBy: claimedBy ?? { $exists: false } },
    { $set: { claimedBy: run } },
  );
  return claimed.modifiedCount === 1 ? run : undefined;
}

/** Gives up a claim whose run was not started after all. */
export async function dropClaim<T extends Run>(
  model: Model<T>,
  id: Types.ObjectId,
  run: Types.ObjectId,
): Promise<void> {
  const runs = model as unknown as Model<Run>;
  await runs.updateOne({ _id: id, claimedBy: run }, { $unset: { claimedBy: 1 } });
}

/** Of the runs that follow up others, those that wait or are at work. */
export async function findAtWork<T extends Run>(
  model: Model<T>,
  ids: readonly Types.ObjectId[],
  now: Date,
): Promise<Types.ObjectId[]> {
  const runs = model as unknown as Model<Run>;
  const found = await runs.find({ _id: { $in: [...ids] } }, { state: 1 }).lean();
  const states = new Map(found.map(({ _id, state }) => [_id.toHexString(), state]));
  return ids.filter((id) => {
    const state = states.get(id.toHexString());
    return state ? state === 'queued' || state === 'running' : isStarting(id, now);
  });
}

function isStarting(id: Types.ObjectId, now: Date): boolean {
  return now.getTime() - id.getTimestamp().getTime() < STARTING_MS;
}

async function isLiving(runs: Model<Run>, id: Types.ObjectId, now: Date): Promise<boolean> {
  const found = await runs.findById(id, { state: 1 }).lean();
  if (found) return found.state !== 'failed' && found.state !== 'stopped';
  return isStarting(id, now);
}
