import mongoose, { type Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { RosterRun } from '../../models/roster-run.js';
import { readsSource } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { RunFailed, RunPutOff, RunWaits } from '../../runs/engine/run-ends.js';

/**
 * The refresh that a sync run uses, once it is done. Events of one account share a night's refresh; other runs have their own.
 * @throws RunWaits while it is not done, RunPutOff if it is put off, RunFailed if it failed since the sync was requested
 */
export async function requireRefresh(deps: Pick<Deps, 'now'>, syncRun: SyncRun): Promise<RosterRun> {
  const refresh = await refreshOf(deps, syncRun);
  if (!refresh) throw new RunFailed({ code: 'download missing' });
  const { _id, state, retryAt, finishedAt } = refresh;
  if (state === 'done') return refresh;
  if (state === 'queued' && retryAt && retryAt > deps.now()) throw new RunPutOff(retryAt);
  const since = finishedAt !== undefined && finishedAt >= syncRun.createdAt;
  if (state === 'failed' && since) throw new RunFailed(refresh.result ?? { code: 'fault' });
  if (state === 'failed' || state === 'stopped') await queueAgain(refresh);
  throw new RunWaits(_id);
}

/** Queues again a refresh that failed before the sync was requested, or that was stopped while nobody waited for it. */
async function queueAgain({ _id, state, fence }: RosterRun): Promise<void> {
  await RosterRun.updateOne(
    { _id, state, fence },
    { $set: { state: 'queued', stopRequested: false }, $unset: { finishedAt: 1, result: 1 } },
  );
}

/** The part that a run was requested with (of a preview, an undo …) exists already; otherwise the run adds it. */
async function refreshOf(deps: Pick<Deps, 'now'>, run: SyncRun): Promise<RosterRun | null> {
  const refresh = run.refresh ? await RosterRun.findById(run.refresh).lean() : null;
  if (refresh || (run.refresh && !readsSource(run))) return refresh;
  return attachRefresh(deps, run);
}

/** Gives a sync run its refresh: that of its night, or one of its own. */
async function attachRefresh(deps: Pick<Deps, 'now'>, run: SyncRun): Promise<RosterRun> {
  const fresh = {
    state: 'queued' as const,
    createdAt: deps.now(),
    purpose: run.purpose,
    ...(run.by ? { by: run.by } : {}),
  };
  if (!run.night) return attachOwn(run, fresh);
  const refresh = await refreshOfNight(run.account, run.night, fresh);
  await SyncRun.updateOne({ _id: run._id, fence: run.fence }, { $set: { refresh: refresh._id } });
  return refresh;
}

/** The sync run names the refresh before it exists: a worker that dies in between leaves no refresh that nobody does. */
async function attachOwn(run: SyncRun, fresh: Partial<RosterRun>): Promise<RosterRun> {
  const id = run.refresh ?? new mongoose.Types.ObjectId();
  if (!run.refresh) await SyncRun.updateOne({ _id: run._id, fence: run.fence }, { $set: { refresh: id } });
  return RosterRun.findOneAndUpdate(
    { _id: id },
    // A sync that a person requests reads everything.
    { $setOnInsert: { account: run.account, full: true, ...fresh } },
    { upsert: true, returnDocument: 'after' },
  )
    .orFail()
    .lean();
}

async function refreshOfNight(
  account: Types.ObjectId,
  night: string,
  fresh: Partial<RosterRun>,
): Promise<RosterRun> {
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
    // Another event of the account added it at the same time.
    if (!isDuplicateKey(error)) throw error;
    return RosterRun.findOne(filter).orFail().lean();
  }
}
