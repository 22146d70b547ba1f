import { Types, type Model } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import { followRefresh } from './follow-refresh.js';
import { RefreshFailed, runRefresh } from '../../roster/run/run-refresh.js';
import { RunHandedBack, RunLost, RunStopped, TIMING, type Timing } from '../../runs/engine/hold-run.js';
import { isPassing } from '../../runs/engine/judge-fault.js';
import { takeRun } from '../../runs/engine/take-run.js';

const rosterRuns = RosterRun as unknown as Model<Run>;

/**
 * Does a roster run that stands by itself, unless somebody else is at it.
 * @param key the run's id; @param stopping the worker is to end: the run goes back to the queue
 */
export async function runAlone(
  deps: Deps,
  key: string,
  stopping: AbortSignal,
  timing: Timing = TIMING,
): Promise<void> {
  const taken = await takeRun(rosterRuns, new Types.ObjectId(key), timing, deps.now());
  if (!taken) return;
  const account = await Account.findById(taken.account).lean();
  if (!account) {
    await RosterRun.updateOne(
      { _id: taken._id, fence: taken.fence },
      { $set: { state: 'failed', result: { code: 'account gone' }, finishedAt: deps.now() } },
    );
    return;
  }
  const follow = () => followRefresh(deps, account, taken);
  await runRefresh(deps, account, taken, { outer: stopping, timing, follow }).catch((error: unknown) => {
    const told = [RefreshFailed, RunLost, RunHandedBack, RunStopped].some((kind) => error instanceof kind);
    if (!told && !isPassing(error)) throw error;
  });
}
