import type { Model, QueryFilter, Types } from 'mongoose';
import type { ActiveRun } from '../../runs/engine/active-run.js';

const BATCH = 500;

/**
 * Does the work for all documents that a filter finds, a batch of ids at a time, until none is left: the work takes them away.
 * Between two batches the run says that it lives, and ends where it is to end.
 */
export async function deleteBatches<T extends { _id: Types.ObjectId }>(
  run: ActiveRun,
  model: Model<T>,
  filter: QueryFilter<T>,
  work: (ids: Types.ObjectId[]) => Promise<unknown>,
): Promise<void> {
  for (;;) {
    const found = await (model as unknown as Model<{ _id: Types.ObjectId }>)
      .find(filter as object, { _id: 1 })
      .limit(BATCH)
      .lean();
    if (found.length === 0) return;
    await work(found.map(({ _id }) => _id));
    await run.step(found.length);
  }
}

/** The same for documents that nothing else hangs on. */
export function deleteAll<T extends { _id: Types.ObjectId }>(
  run: ActiveRun,
  model: Model<T>,
  filter: QueryFilter<T>,
): Promise<void> {
  const plain = model as unknown as Model<{ _id: Types.ObjectId }>;
  return deleteBatches(run, model, filter, (ids) => plain.deleteMany({ _id: { $in: ids } }));
}
