import type { Model, Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { claimRun, dropClaim, findAtWork } from '../../runs/engine/claim-run.js';
import { startRefresh } from '../../roster/run/start-refresh.js';
import { startSync } from '../../sync/runs/start-sync.js';

/** A decision about removals that the guard withholds, and the reason. */
export interface WithheldDecision {
  verdict: 'accept' | 'reject';
  by: Types.ObjectId;
  reason: string;
}

export type WithheldDecided =
  | { ok: true; run: Types.ObjectId }
  | { ok: false; reason: 'nothing withheld' | 'decided already' | 'another waits' };

/** Accepts or rejects what a refresh of the account withholds; its events follow. */
export async function decideWithheldOfAccount(
  deps: Deps,
  { _id: of, account }: Pick<RosterRun, '_id' | 'account'>,
  { verdict, by, reason }: WithheldDecision,
): Promise<WithheldDecided> {
  const claimed = await claimWithheld(deps, RosterRun, of);
  if (!claimed.ok) return claimed;
  const { run: _id } = claimed;
  return { ok: true, run: await startRefresh(deps, { _id, account, purpose: verdict, of, by, reason }) };
}

/** Accepts or rejects what the update of an event withholds. */
export async function decideWithheldOfEvent(
  deps: Deps,
  { _id: of, account, event }: Pick<SyncRun, '_id' | 'account' | 'event'>,
  { verdict, by, reason }: WithheldDecision,
): Promise<WithheldDecided> {
  const claimed = await claimWithheld(deps, SyncRun, of);
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
  await RosterChange.updateMany({ decidedBy: claimed.run, state: 'withheld' }, { $unset: { decidedBy: 1 } });
  await dropClaim(SyncRun, of, claimed.run);
  return { ok: false, reason: 'another waits' };
}

/** Claims a run's withheld removals for a decision. @returns the id under which to start the run that carries it out */
async function claimWithheld<T extends Run>(
  deps: Deps,
  model: Model<T>,
  of: Types.ObjectId,
): Promise<WithheldDecided> {
  const withheld = { run: of, state: 'withheld' as const };
  if (!(await RosterChange.exists(withheld))) return { ok: false, reason: 'nothing withheld' };
  const run = await claimRun(model, of, deps.now());
  if (!run) return { ok: false, reason: 'decided already' };
  const reason = await markDecided(deps, model, of, run);
  if (!reason) return { ok: true, run };
  await dropClaim(model, of, run);
  return { ok: false, reason };
}

/**
 * Marks the removals on the list, except those with a pending decision from an older list. Done before the deciding run exists, as that may
 * begin at once; a sync that is at work passes the marks on to what it withholds again.
 * @returns why there was nothing to mark
 */
async function markDecided<T extends Run>(
  { now }: Deps,
  model: Model<T>,
  run: Types.ObjectId,
  decidedBy: Types.ObjectId,
): Promise<'nothing withheld' | 'decided already' | undefined> {
  const withheld = { run, state: 'withheld' as const };
  const earlier = await findAtWork(model, await RosterChange.distinct('decidedBy', withheld), now());
  const marked = await RosterChange.updateMany(
    { ...withheld, decidedBy: { $nin: earlier } },
    { $set: { decidedBy } },
  );
  if (marked.matchedCount > 0) return undefined;
  return earlier.length > 0 ? 'decided already' : 'nothing withheld';
}
