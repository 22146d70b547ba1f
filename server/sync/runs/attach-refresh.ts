import { setTimeout as delay } from 'node:timers/promises';
import mongoose, { type Model, type Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { RefreshFailed, runRefresh } from '../../roster/run/run-refresh.js';
import type { HeldRun, Timing } from '../../runs/engine/hold-run.js';
import { RunPutOff } from '../../runs/engine/put-off.js';
import { staleRun, takeRun } from '../../runs/engine/take-run.js';

const rosterRuns = RosterRun as unknown as Model<Run>;
const LOOK_MS = 250;

/**
 * Sees to it that the refresh of a sync run is done: does it, or waits while another run's worker does it. Events of one
 * account share a night's refresh; other runs have their own. Of an account one refresh is at work at a time.
 * @param held the sync run
 * @throws RefreshFailed, RunPutOff, and what ends a held run
 */
export async function completeRefresh(
  deps: Deps,
  account: Account,
  syncRun: SyncRun,
  held: HeldRun,
  timing: Timing,
): Promise<RosterRun> {
  const id = await refreshOf(deps, syncRun);
  for (;;) {
    const refresh = await RosterRun.findById(id).lean();
    if (!refresh) throw new RefreshFailed({ code: 'download missing' });
    if (refresh.state === 'done') return refresh;
    if (refresh.state === 'queued' && refresh.retryAt && refresh.retryAt > deps.now())
      throw new RunPutOff(refresh.retryAt);
    // One that failed or was stopped before this run was asked for is tried again.
    const over = refresh.finishedAt !== undefined && refresh.finishedAt >= syncRun.createdAt;
    if (refresh.state === 'failed' && over) throw new RefreshFailed(refresh.result ?? { code: 'fault' });
    const taken = await takeRun(rosterRuns, id, timing, deps.now(), [
      'stopped',
      ...(over ? [] : ['failed' as const]),
    ]);
    if (taken)
      await runRefresh(deps, account, taken, {
        outer: held.signal,
        timing,
        onProgress: (waitMs) => held.expectWait(waitMs),
      });
    else await waitForOther(account._id, held, timing);
  }
}

/** What a run was asked for with (the part of a preview, an undo …) is there; else the run brings it about. */
async function refreshOf(deps: Deps, run: SyncRun): Promise<Types.ObjectId> {
  if (run.refresh && (await RosterRun.exists({ _id: run.refresh }))) return run.refresh;
  const reads = run.purpose === 'sync' || run.purpose === 'preview';
  return run.refresh && !reads ? run.refresh : attachRefresh(deps, run);
}

/** Gives a sync run its refresh: the one of its night, or one of its own. */
async function attachRefresh(deps: Deps, run: SyncRun): Promise<Types.ObjectId> {
  const fresh = {
    state: 'queued' as const,
    createdAt: deps.now(),
    purpose: run.purpose,
    ...(run.by ? { by: run.by } : {}),
  };
  if (!run.night) return attachOwn(run, fresh);
  const { _id } = await refreshOfNight(run.account, run.night, fresh);
  await SyncRun.updateOne({ _id: run._id, fence: run.fence }, { $set: { refresh: _id } });
  return _id;
}

/** The sync run names it before it is there: a worker that dies between the two leaves no refresh that nobody does. */
async function attachOwn(run: SyncRun, fresh: Partial<RosterRun>): Promise<Types.ObjectId> {
  const id = run.refresh ?? new mongoose.Types.ObjectId();
  if (!run.refresh) await SyncRun.updateOne({ _id: run._id, fence: run.fence }, { $set: { refresh: id } });
  await RosterRun.updateOne(
    { _id: id },
    // What a person asks for is read anew.
    { $setOnInsert: { account: run.account, full: true, ...fresh } },
    { upsert: true },
  );
  return id;
}

async function refreshOfNight(account: Types.ObjectId, night: string, fresh: Partial<RosterRun>) {
  const filter = { account, night };
  try {
    return await RosterRun.findOneAndUpdate(
      filter,
      { $setOnInsert: fresh },
      { upsert: true, returnDocument: 'after' },
    )
      .orFail()
      .lean();
  } catch (error) {
    // Two events of the account opened it at once.
    if (!isDuplicateKey(error)) throw error;
    return RosterRun.findOne(filter).orFail().lean();
  }
}

/** Another refresh of the account is at work, or lost its worker; then it goes back to the queue. */
async function waitForOther(account: Types.ObjectId, held: HeldRun, timing: Timing): Promise<void> {
  held.noteProgress();
  await rosterRuns.updateMany(
    { account, ...staleRun(timing) },
    { $set: { state: 'queued' }, $inc: { fence: 1 } },
  );
  await delay(LOOK_MS, undefined, { signal: held.signal }).catch(() => undefined);
  held.signal.throwIfAborted();
}
