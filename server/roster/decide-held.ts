import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { RosterChange } from '../models/roster-change.js';
import { RosterRun } from '../models/roster-run.js';
import { SyncRun } from '../models/sync-run.js';
import { claimRun } from './claim-run.js';
import { startRefresh } from './start-refresh.js';
import { startSync } from './start-sync.js';

/** What somebody decides about removals that the guard held, and why. */
export interface HeldDecision {
  verdict: 'accept' | 'reject';
  by: Types.ObjectId;
  reason: string;
}

export type HeldDecided =
  { ok: true; run: Types.ObjectId } | { ok: false; reason: 'nothing held' | 'decided already' };

/** Accepts or rejects what a refresh of the account held; its events follow. */
export async function decideHeldOfAccount(
  deps: Deps,
  run: Pick<RosterRun, '_id' | 'account'>,
  { verdict, by, reason }: HeldDecision,
): Promise<HeldDecided> {
  if ((await countHeld(run._id)) === 0) return { ok: false, reason: 'nothing held' };
  const { account, _id: of } = run;
  const _id = await claimRun(RosterRun, of, deps.now());
  if (!_id) return { ok: false, reason: 'decided already' };
  if (!(await markDecided(of, _id))) return { ok: false, reason: 'nothing held' };
  return { ok: true, run: await startRefresh(deps, { _id, account, purpose: verdict, of, by, reason }) };
}

/** Accepts or rejects what the update of an event held. */
export async function decideHeldOfEvent(
  deps: Deps,
  run: Pick<SyncRun, '_id' | 'account' | 'event'>,
  { verdict, by, reason }: HeldDecision,
): Promise<HeldDecided> {
  if ((await countHeld(run._id)) === 0) return { ok: false, reason: 'nothing held' };
  const _id = await claimRun(SyncRun, run._id, deps.now());
  if (!_id) return { ok: false, reason: 'decided already' };
  if (!(await markDecided(run._id, _id))) return { ok: false, reason: 'nothing held' };
  const started = await startSync(deps, {
    _id,
    account: { _id: run.account },
    event: { _id: run.event },
    trigger: verdict,
    purpose: verdict,
    of: run._id,
    by,
    reason,
  });
  // Where one of the same kind waits already, it is about something else that was decided.
  return started.ok && !started.waits
    ? { ok: true, run: started.run }
    : { ok: false, reason: 'decided already' };
}

/**
 * Marks what is on the list now. Before the deciding run is there, which may begin at once; and a sync that is at work hands the marks
 * on to what it holds anew.
 * @returns whether there was anything
 */
async function markDecided(run: Types.ObjectId, decidedBy: Types.ObjectId): Promise<boolean> {
  const marked = await RosterChange.updateMany({ run, state: 'held' }, { $set: { decidedBy } });
  return marked.matchedCount > 0;
}

/** How many removals a run holds still. */
function countHeld(run: Types.ObjectId): Promise<number> {
  return RosterChange.countDocuments({ run, state: 'held' });
}
