import type { Model, QueryFilter, Types } from 'mongoose';
import type { ActiveRun } from '../../runs/engine/active-run.js';

const BATCH = 500;

/**
 * Works through all documents that a filter finds, a batch of ids at a time, until none is left: the work must delete them. Between two
 * batches the run reports that it lives, and stops if it was told to.
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

/** Deletes, in batches, documents that nothing else depends on. */
export function deleteAll<T extends { _id: Types.ObjectId }>(
  run: ActiveRun,
  model: Model<T>,
  filter: QueryFilter<T>,
): Promise<void> {
  const plain = model as unknown as Model<{ _id: Types.ObjectId }>;
  return deleteBatches(run, model, filter, (ids) => plain.deleteMany({ _id: { $in: ids } }));
}
