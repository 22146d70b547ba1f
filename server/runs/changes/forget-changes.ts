import { RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';

/**
 * Deletes the changes that earlier runs of the event (or of the account's refreshes) kept for undo. Only the last run that changed
 * something can be undone, and its notes contain personal data.
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
 * Deletes what a preview's first try noted before its worker was lost: the second try finds it again. Removals that a run's first try withholds
 * stay until the second try replaces them (`dropOlderWithheld`).
 */
export async function forgetFirstTry(run: ActiveRun): Promise<void> {
  await RosterChange.deleteMany({ run: run.id, state: 'planned' });
}
