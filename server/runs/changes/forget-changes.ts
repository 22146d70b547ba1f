import { RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';

/**
 * Lets go of what earlier runs of the event (or of the account's refreshes) kept for undo: only the last one that changed something
 * can be undone, and what it kept holds personal data.
 */
export async function forgetOlderChanges(run: ActiveRun): Promise<void> {
  if (run.preview || !run.changed) return;
  await RosterChange.deleteMany({
    account: run.account,
    event: run.event ?? { $exists: false },
    state: { $in: ['applied', 'undone', 'stale'] },
    run: { $ne: run.id },
  });
}

/**
 * What a preview's first try, whose worker was lost, noted: the second one finds it anew. What a run's first try held stays held until
 * the second one knows better (`dropOlderHeld`).
 */
export async function forgetFirstTry(run: ActiveRun): Promise<void> {
  await RosterChange.deleteMany({ run: run.id, state: 'planned' });
}
