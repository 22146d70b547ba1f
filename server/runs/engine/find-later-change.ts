import type { Model, Types } from 'mongoose';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';

/**
 * Whether another run of the event (or of the account's roster) has changed something since an undo was requested: one that was at work or
 * ahead in the queue. It deleted the notes that the undo needs.
 * @param undo the run that undoes, of an event or of the account
 */
export async function hasChangedSince(undo: Run & { event?: Types.ObjectId }): Promise<boolean> {
  const { _id, account, event, createdAt } = undo;
  const model = (event ? SyncRun : RosterRun) as unknown as Model<Run>;
  const scope = event ? { event } : { account };
  const later = { _id: { $ne: _id }, changed: true, finishedAt: { $gt: createdAt } };
  return (await model.exists({ ...scope, ...later })) !== null;
}
