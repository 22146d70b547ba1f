import type { Deps } from '../deps.js';
import { deleteBookkeeping } from './delete-bookkeeping.js';
import { deleteRuns } from './delete-runs.js';
import { BOOKKEEPING_MS, firstIdAt, keepMs, LIFETIMES, type Lifetime } from './lifetimes.js';

const BATCH = 500;

/** Deletes documents whose lifetime is over, in small batches. It may be stopped between them, and run twice or in two places at once. */
export async function deleteOld(
  deps: Pick<Deps, 'config' | 'log' | 'now'>,
  stopping: AbortSignal,
): Promise<void> {
  const keep = keepMs(deps.config);
  const before = (ms: number): Date => new Date(deps.now().getTime() - ms);
  const deleted: Record<string, number> = {};
  for (const lifetime of LIFETIMES)
    deleted[lifetime.collection.collection.name] = await deleteMade(
      lifetime,
      before(lifetime.ms(keep)),
      stopping,
    );
  deleted.run = await deleteRuns(before(keep), stopping);
  deleted.claim = await deleteBookkeeping(before(BOOKKEEPING_MS), stopping);
  if (Object.values(deleted).some((count) => count > 0)) deps.log.info({ deleted }, 'deleted what was old');
}

/** Goes by the time in the id, and so by the index that every collection has. */
async function deleteMade(
  { collection, where }: Lifetime,
  until: Date,
  stopping: AbortSignal,
): Promise<number> {
  let deleted = 0;
  while (!stopping.aborted) {
    const old = await collection
      .find({ _id: { $lt: firstIdAt(until) }, ...where }, { _id: 1 })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    const ids = old.map(({ _id }) => _id);
    if (ids.length > 0)
      deleted += (await collection.deleteMany({ _id: { $in: ids }, ...where })).deletedCount;
    if (ids.length < BATCH) break;
  }
  return deleted;
}
