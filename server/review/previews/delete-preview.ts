import type { Model, Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { appliedBy } from '../run/apply-run.js';
import { runsOf, type RunPlace } from '../../runs/show/queries.js';

/**
 * Deletes what a preview noted; the run stays listed. A preview that was applied meanwhile, or is about to be, stays as it is, as applying
 * it first changes its state.
 */
export async function deletePreview(
  deps: Pick<Deps, 'now'>,
  place: RunPlace,
  by: Types.ObjectId,
): Promise<boolean> {
  const { run, event } = place;
  const model = (event ? SyncRun : RosterRun) as unknown as Model<Run>;
  const taken = await model.updateOne(
    { _id: run._id, purpose: 'preview', state: 'done' },
    { $set: { state: 'stopped', result: { code: 'discarded' } } },
  );
  if (taken.modifiedCount === 0) return false;
  if (await appliedBy(event ? SyncRun : RosterRun, run._id)) {
    await model.updateOne(
      { _id: run._id },
      { $set: { state: 'done', ...(run.result ? { result: run.result } : {}) } },
    );
    return false;
  }
  await RosterChange.deleteMany({ run: { $in: runsOf(place) }, state: { $in: ['planned', 'stale'] } });
  await recordAudit({
    account: run.account,
    ...(event ? { event: event._id } : {}),
    user: by,
    action: 'discard preview',
    targets: [run._id],
    at: deps.now(),
  });
  return true;
}
