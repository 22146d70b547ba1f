import type { Model, Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { claimRun, dropClaim, findAtWork } from '../../runs/engine/claim-run.js';
import { startRefresh } from '../../roster/run/start-refresh.js';
import { startSync } from '../../sync/runs/start-sync.js';

/** A decision about removals that the guard holds, and the reason. */
export interface HeldDecision {
  verdict: 'accept' | 'reject';
  by: Types.ObjectId;
  reason: string;
}

export type HeldDecided =
  | { ok: true; run: Types.ObjectId }
  | { ok: false; reason: 'nothing held' | 'decided already' | 'another waits' };

/** Accepts or rejects what a refresh of the account holds; its events follow. */
export async function decideHeldOfAccount(
  deps: Deps,
  { _id: of, account }: Pick<RosterRun, '_id' | 'account'>,
  { verdict, by, reason }: HeldDecision,
): Promise<HeldDecided> {
  const claimed = await claimHeld(deps, RosterRun, of);
  if (!claimed.ok) return claimed;
  const { run: _id } = claimed;
  return { ok: true, run: await startRefresh(deps, { _id, account, purpose: verdict, of, by, reason }) };
}

/** Accepts or rejects what the update of an event holds. */
export async function decideHeldOfEvent(
  deps: Deps,
  { _id: of, account, event }: Pick<SyncRun, '_id' | 'account' | 'event'>,
  { verdict, by, reason }: HeldDecision,
): Promise<HeldDecided> {
  const claimed = await claimHeld(deps, SyncRun, of);
  if (!claimed.ok) return claimed;
  const started = await startSync(deps, {
    _id: claimed.run,
    account: { _id: account },
    event: { _id: event },
    trigger: verdict,
    purpose: verdict,
    of,
    by,
    reason,
  });
  if (started.ok && !started.waits) return { ok: true, run: started.run };
  // A decision of the same kind already waits, about other removals.
  await RosterChange.updateMany({ decidedBy: claimed.run, state: 'held' }, { $unset: { decidedBy: 1 } });
  await dropClaim(SyncRun, of, claimed.run);
  return { ok: false, reason: 'another waits' };
}

/** Claims a run's held removals for a decision. @returns the id under which to start the run that carries it out */
async function claimHeld<T extends Run>(
  deps: Deps,
  model: Model<T>,
  of: Types.ObjectId,
): Promise<HeldDecided> {
  const held = { run: of, state: 'held' as const };
  if (!(await RosterChange.exists(held))) return { ok: false, reason: 'nothing held' };
  const run = await claimRun(model, of, deps.now());
  if (!run) return { ok: false, reason: 'decided already' };
  const reason = await markDecided(deps, model, of, run);
  if (!reason) return { ok: true, run };
  await dropClaim(model, of, run);
  return { ok: false, reason };
}

/**
 * Marks the removals on the list, except those with a pending decision from an older list. Done before the deciding run exists, as that may
 * begin at once; a sync that is at work passes the marks on to what it holds again.
 * @returns why there was nothing to mark
 */
async function markDecided<T extends Run>(
  { now }: Deps,
  model: Model<T>,
  run: Types.ObjectId,
  decidedBy: Types.ObjectId,
): Promise<'nothing held' | 'decided already' | undefined> {
  const held = { run, state: 'held' as const };
  const earlier = await findAtWork(model, await RosterChange.distinct('decidedBy', held), now());
  const marked = await RosterChange.updateMany(
    { ...held, decidedBy: { $nin: earlier } },
    { $set: { decidedBy } },
  );
  if (marked.matchedCount > 0) return undefined;
  return earlier.length > 0 ? 'decided already' : 'nothing held';
}
