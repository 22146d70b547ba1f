import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { claimRun } from '../../runs/engine/claim-run.js';
import { startRefresh } from '../../roster/run/start-refresh.js';
import { startSync } from '../../sync/runs/start-sync.js';

export type RunApplied =
  | { ok: true; run: Types.ObjectId }
  | { ok: false; reason: 'no preview' | 'applied already' | 'another waits' | 'not connected' };

/**
 * Requests that a finished preview of an event's sync be applied exactly.
 * @param keepSynced whether the nightly sync is on afterwards; undefined leaves it
 */
export async function applyRun(
  deps: Deps,
  preview: SyncRun,
  by: Types.ObjectId,
  keepSynced?: boolean,
): Promise<RunApplied> {
  const refresh = preview.refresh && (await RosterRun.findById(preview.refresh).lean());
  if (preview.purpose !== 'preview' || preview.state !== 'done' || !refresh)
    return { ok: false, reason: 'no preview' };
  if (await appliedBy(SyncRun, preview._id)) return { ok: false, reason: 'applied already' };
  const account = await Account.findById(preview.account).orFail().lean();
  const part = await RosterRun.create({
    account: account._id,
    purpose: 'apply',
    of: refresh._id,
    by,
    state: 'queued',
    createdAt: deps.now(),
  });
  const started = await startSync(deps, {
    account,
    event: { _id: preview.event },
    trigger: 'apply',
    purpose: 'apply',
    of: preview._id,
    refresh: part._id,
    by,
    ...(keepSynced === undefined ? {} : { keepSynced }),
  });
  if (started.ok && !started.waits) return { ok: true, run: started.run };
  await RosterRun.deleteOne({ _id: part._id, state: 'queued' });
  if (!started.ok) return { ok: false, reason: 'not connected' };
  const isOfThis = await SyncRun.exists({ _id: started.run, of: preview._id });
  return isOfThis ? { ok: true, run: started.run } : { ok: false, reason: 'another waits' };
}

/** Requests that a finished preview of the account's roster be applied exactly. */
export async function applyRefresh(deps: Deps, preview: RosterRun, by: Types.ObjectId): Promise<RunApplied> {
  if (preview.purpose !== 'preview' || preview.state !== 'done') return { ok: false, reason: 'no preview' };
  if (await appliedBy(RosterRun, preview._id)) return { ok: false, reason: 'applied already' };
  const { account, _id: of } = preview;
  const _id = await claimRun(RosterRun, of, deps.now());
  if (!_id) return { ok: false, reason: 'applied already' };
  return { ok: true, run: await startRefresh(deps, { _id, account, purpose: 'apply', of, by }) };
}

/** The run that applied a preview, or is about to. */
export async function appliedBy(
  model: typeof SyncRun | typeof RosterRun,
  preview: Types.ObjectId,
): Promise<Types.ObjectId | undefined> {
  const living = { of: preview, purpose: 'apply' as const, state: { $in: ['queued', 'running', 'done'] } };
  const found = await (model as typeof RosterRun).findOne(living as object, { _id: 1 }).lean();
  return found?._id;
}
