import mongoose, { type Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { RunFailed, RunPutOff, RunWaits } from '../../runs/engine/run-ends.js';

/**
 * The refresh that a sync run stands on, once it is done. Events of one account share a night's refresh; other runs have their own.
 * @throws RunWaits while it is not done, RunPutOff where it is put off, RunFailed where it failed since the sync was asked for
 */
export async function requireRefresh(deps: Pick<Deps, 'now'>, syncRun: SyncRun): Promise<RosterRun> {
  const id = await refreshOf(deps, syncRun);
  const refresh = await RosterRun.findById(id).lean();
  if (!refresh) throw new RunFailed({ code: 'download missing' });
  const { state, retryAt, finishedAt } = refresh;
  if (state === 'done') return refresh;
  if (state === 'queued' && retryAt && retryAt > deps.now()) throw new RunPutOff(retryAt);
  const since = finishedAt !== undefined && finishedAt >= syncRun.createdAt;
  if (state === 'failed' && since) throw new RunFailed(refresh.result ?? { code: 'fault' });
  if (state === 'failed' || state === 'stopped') await queueAgain(refresh);
  throw new RunWaits(id);
}

/** One that failed before it was asked for, or was stopped as nobody waited for it then. */
async function queueAgain({ _id, state, fence }: RosterRun): Promise<void> {
  await RosterRun.updateOne(
    { _id, state, fence },
    { $set: { state: 'queued', stopRequested: false }, $unset: { finishedAt: 1, result: 1 } },
  );
}

/** What a run was asked for with (the part of a preview, an undo …) is there; else the run brings it about. */
async function refreshOf(deps: Pick<Deps, 'now'>, run: SyncRun): Promise<Types.ObjectId> {
  if (run.refresh && (await RosterRun.exists({ _id: run.refresh }))) return run.refresh;
  const reads = run.purpose === 'sync' || run.purpose === 'preview';
  return run.refresh && !reads ? run.refresh : attachRefresh(deps, run);
}

/** Gives a sync run its refresh: the one of its night, or one of its own. */
async function attachRefresh(deps: Pick<Deps, 'now'>, run: SyncRun): Promise<Types.ObjectId> {
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
