import { Types, type Model } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import { runRefresh } from '../../roster/run/run-refresh.js';
import { TIMING, type Timing } from '../../runs/engine/timing.js';
import { dueAt } from '../../runs/engine/put-off.js';
import { takeRun } from '../../runs/engine/take-run.js';
import { endLostPart } from './end-parts.js';
import { followRefresh } from './follow-refresh.js';
import { isWaitedFor, queueWaiting } from './queue-waiting.js';

const rosterRuns = RosterRun as unknown as Model<Run>;

/**
 * Does a run of the account's roster that stands alone or that events' runs wait for, unless another worker has it or another one of the
 * account. Then queues the runs that waited for it, and the account's next one.
 * @param key the run's id; @param stopping aborted when the worker is told to end: the run goes back to the queue
 */
export async function runRoster(
  deps: Deps,
  key: string,
  stopping: AbortSignal,
  timing: Timing = TIMING,
): Promise<void> {
  const id = new Types.ObjectId(key);
  const taken = await take(deps, id, timing);
  if (taken) await work(deps, taken, stopping, timing);
  await queueWaiting(deps, id);
  if (taken) await queueNext(deps, taken);
}

async function take(deps: Deps, id: Types.ObjectId, timing: Timing): Promise<RosterRun | null> {
  const alone = await RosterRun.exists({ _id: id, alone: true });
  if (alone || (await isWaitedFor(id))) return takeRun(rosterRuns, id, timing, deps.now());
  await endLostPart(deps, id, timing);
  return null;
}

async function work(deps: Deps, taken: RosterRun, stopping: AbortSignal, timing: Timing): Promise<void> {
  const account = await Account.findById(taken.account).lean();
  if (!account) {
    await RosterRun.updateOne(
      { _id: taken._id, fence: taken.fence },
      { $set: { state: 'failed', result: { code: 'account gone' }, finishedAt: deps.now() } },
    );
    return;
  }
  const follow = () => followRefresh(deps, account, taken);
  await runRefresh(deps, account, taken, { stopping, timing, ...(taken.alone ? { follow } : {}) });
}

/** An account does one refresh at a time, so the others are queued again, oldest first. */
async function queueNext({ queue, now }: Deps, { _id, account }: RosterRun): Promise<void> {
  const next = await RosterRun.find(
    { account, state: 'queued', _id: { $ne: _id }, ...dueAt(now()) },
    { _id: 1 },
  )
    .sort({ createdAt: 1 })
    .lean();
  for (const run of next) await queue.add('run-refresh', run._id.toHexString());
}
