import { dropLeft } from '../database/scratch.js';
import type { Deps } from '../deps.js';
import { Rehearsal } from '../models/rehearsal.js';
import { SILENT_MS } from './policy.js';

/** Ends rehearsals whose worker died, drops unused databases, and queues a waiting rehearsal again. */
export async function keepRehearsals(deps: Deps): Promise<void> {
  const now = deps.now();
  await Rehearsal.updateMany(
    { open: true, state: 'running', beatAt: { $lt: new Date(now.getTime() - SILENT_MS) } },
    { $set: { state: 'broken off', why: 'worker', endedAt: now }, $unset: { open: 1, stopping: 1 } },
  );
  await dropLeft(async () => (await Rehearsal.find({ open: true }, { _id: 1 }).lean()).map(({ _id }) => _id));
  const waiting = await Rehearsal.findOne({ open: true, state: 'waiting' }, { _id: 1 }).lean();
  if (waiting) await deps.queue.add('rehearse', waiting._id.toHexString());
}
