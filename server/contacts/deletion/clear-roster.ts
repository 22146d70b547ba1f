import type { Model } from 'mongoose';
import { Account } from '../../models/account.js';
import { Course } from '../../models/course.js';
import { Duplicate } from '../../models/duplicate.js';
import { CHANGE_STATES, RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import { Section } from '../../models/section.js';
import { SyncRun } from '../../models/sync-run.js';
import { Term } from '../../models/term.js';
import type { Run } from '../../models/run.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { deleteAll } from './delete-batches.js';

/**
 * Forgets what the source delivered: the mirror, the position in its events, possible duplicates, removals that wait for review, and what
 * runs noted for undo. The next import starts from nothing. The history of runs stays readable.
 */
export async function clearRoster(run: ActiveRun): Promise<void> {
  const { account } = run;
  // This goes first, so that the next sync reads everything whatever happens to this deletion.
  await Account.updateOne(
    { _id: account, clever: { $exists: true } },
    { $unset: { 'clever.cursor': 1, 'clever.refreshing': 1 } },
  );
  await deleteAll(run, RosterChange, { account, state: { $in: [...CHANGE_STATES] } });
  for (const model of [RosterRun, SyncRun] as unknown as Model<Run>[]) {
    await model.updateMany({ account, changed: true }, { $unset: { changed: 1 } });
    await model.updateMany(
      { account, purpose: 'preview', state: 'done' },
      { $set: { state: 'stopped', result: { code: 'source changed' } } },
    );
  }
  await deleteAll(run, Duplicate, { account });
  for (const model of [Term, Course, Section] as unknown as Model<Term>[])
    await deleteAll(run, model, { account });
  // No id of a former source is left, so another source can be enabled without clearing first.
  await Account.updateOne({ _id: account, 'files.on': { $ne: true } }, { $unset: { recordsOf: 1 } });
}
