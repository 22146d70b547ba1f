import type { mongo, Types } from 'mongoose';
import { RosterChange, type ChangeState, type FieldChange } from '../../models/roster-change.js';
import { sameValue, valueAt } from './change.js';

const BATCH = 1000;

export type Collection = Pick<
  mongo.Collection,
  'find' | 'findOne' | 'bulkWrite' | 'updateMany' | 'countDocuments' | 'collectionName'
>;

export type StoredDocument = Record<string, unknown> & { _id: Types.ObjectId; status?: string };

/**
 * Reads changes of one kind, in batches. A row whose state changes meanwhile is not met again.
 * @param of a run's own changes, or those whose decision it carries out
 */
export async function* readChanges(
  of: { run: Types.ObjectId } | { decidedBy: Types.ObjectId },
  kind: string,
  state: ChangeState,
): AsyncGenerator<RosterChange[], void, undefined> {
  let last: Types.ObjectId | undefined;
  for (;;) {
    const rows: RosterChange[] = await RosterChange.find({
      ...of,
      kind,
      state,
      ...(last ? { _id: { $gt: last } } : {}),
    })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    last = rows.at(-1)?._id;
    if (!last) return;
    yield rows;
    if (rows.length < BATCH) return;
  }
}

/** Reads the documents that changes are about, as they are now, by id. */
export async function readTargets(
  collection: Collection,
  targets: readonly Types.ObjectId[],
): Promise<Map<string, StoredDocument>> {
  const found = await (collection.find({ _id: { $in: [...targets] } }) as mongo.FindCursor).toArray();
  return new Map(
    (found as unknown as StoredDocument[]).map((document) => [document._id.toHexString(), document]),
  );
}

/** Fields that are made from others: they do not tell who changed what. */
export const DERIVED = ['searchKey', 'sortKey', 'numberKey'];

/** Whether the document still has the values from before the change, or those from after it. */
export function isAt(side: 'before' | 'after', document: object, fields: readonly FieldChange[]): boolean {
  return fields
    .filter(({ path }) => !DERIVED.includes(path))
    .every((field) => sameValue(valueAt(document, field.path), field[side]));
}

export async function markChanges(ids: Types.ObjectId[], state: ChangeState): Promise<void> {
  if (ids.length > 0) await RosterChange.updateMany({ _id: { $in: ids } }, { $set: { state } });
}
