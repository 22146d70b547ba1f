import type { Deps } from '../deps.js';
import { HouseholdChange } from '../models/household-change.js';
import { finishJoin } from './join-household.js';
import { finishLeave } from './leave-household.js';

/** The rest comes with the next tick. */
const AT_ONCE = 50;

/** Does the rest of what was decided about households where a process died. */
export async function finishChanges(deps: Deps, stopping: AbortSignal): Promise<void> {
  const left = await HouseholdChange.find({ state: 'accepted' }, { kind: 1 }).limit(AT_ONCE).lean();
  for (const { _id, kind } of left) {
    if (stopping.aborted) return;
    await (kind === 'join' ? finishJoin(deps, _id) : finishLeave(deps, _id));
  }
}
