import { RosterRun } from '../models/roster-run.js';
import { SyncRun } from '../models/sync-run.js';

/** Renames the field of the run that follows up another one, as version 0.6.0 stored it. */
export async function renameClaims(): Promise<void> {
  for (const { collection } of [RosterRun, SyncRun])
    await collection.updateMany({ settledBy: { $exists: true } }, { $rename: { settledBy: 'claimedBy' } });
}
