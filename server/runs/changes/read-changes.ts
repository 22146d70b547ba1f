import type { mongo, Types } from 'mongoose';
import { RosterChange, type ChangeState, type FieldChange } from '../../models/roster-change.js';
import { sameValue, valueAt } from './change.js';

const BATCH = 1000;

export type Collection = Pick<
  mongo.Collection,
  'find' | 'findOne' | 'bulkWrite' | 'updateMany' | 'countDocuments'
>;

export type StoredDocument = Record<string, unknown> & { _id: Types.ObjectId; status?: string };

/**
 * Changes of one kind, in batches. Rows whose state is changed meanwhile are not met again.
 * @param of whose: those that a run made, or about which it is to do what was decided
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
  }
}

/** The documents that changes are about, as they are now, by their ids. */
export async function readTargets(
  collection: Collection,
  targets: readonly Types.ObjectId[],
): Promise<Map<string, StoredDocument>> {
  const found = await (collection.find({ _id: { $in: [...targets] } }) as mongo.FindCursor).toArray();
  return new Map(
    (found as unknown as StoredDocument[]).map((document) => [document._id.toHexString(), document]),
  );
}

/** Stored beside the rest and made anew from it, so that it tells nothing of who changed what. */
export const DERIVED = ['searchKey', 'sortKey', 'numberKey'];

/** Whether the document still has what it had before the change, or what the change gave it. */
export function isAt(side: 'before' | 'after', document: object, fields: readonly FieldChange[]): boolean {
  return fields
    .filter(({ path }) => !DERIVED.includes(path))
    .every((field) => sameValue(valueAt(document, field.path), field[side]));
}

export async function markChanges(ids: Types.ObjectId[], state: ChangeState): Promise<void> {
  if (ids.length > 0) await RosterChange.updateMany({ _id: { $in: ids } }, { $set: { state } });
}
