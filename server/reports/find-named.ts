import type { mongo, Types } from 'mongoose';
import { Contact, recordIds } from '../models/contact.js';
import { inMany } from '../models/in-many.js';

/** Of thousands of ids the database would rather read all contacts of the account. */
const BY_RECORD = { account: 1, 'relations.student': 1 } as const;

/**
 * The active people who are named for some students: by the roster, and by somebody of the school. Who is both is found twice, and others
 * whom the school named may be found too. The query goes past mongoose, which would look at each of the ids.
 * @param batchSize people that one answer of the database has
 */
export function findNamed<T extends object>(
  account: Types.ObjectId,
  students: readonly Pick<Contact, '_id' | 'record'>[],
  projection: Partial<Record<keyof Contact, 0 | 1>>,
  batchSize: number,
): mongo.AggregationCursor<T> {
  const records = students.flatMap((student) => recordIds(student));
  const ids = students.map(({ _id }) => _id);
  const fields = { $project: projection };
  const byHand = [{ $match: { account, 'tied.student': inMany(ids), status: 'active' } }, fields];
  return Contact.collection.aggregate<T>(
    [
      { $match: { account, 'relations.student': { $in: records }, status: 'active' } },
      fields,
      { $unionWith: { coll: Contact.collection.name, pipeline: byHand } },
    ],
    { hint: BY_RECORD, batchSize },
  );
}
