import type { mongo, Types } from 'mongoose';
import { Contact } from '../../models/contact.js';
import { Duplicate, pairKey, type AlikeReason } from '../../models/duplicate.js';
import { duplicatesAmong } from '../../models/duplicate-key.js';
import { isPassing } from '../../runs/engine/judge-fault.js';

/** A contact that was added because it was not certain which of several it is, and one of the several. */
export interface DoubtfulPair {
  contact: Types.ObjectId;
  candidate: Types.ObjectId;
  reason: AlikeReason;
  /** Whether the number seems to belong to somebody else now. */
  recycled?: boolean;
}

/**
 * Puts pairs on the *to decide* list. A pair that is listed or decided already stays as it is, so a night lists nothing twice and asks
 * nothing again. Pairs with a contact of another account are left out.
 * @returns how many are new
 */
export async function noteDuplicates(
  account: Types.ObjectId,
  rows: readonly DoubtfulPair[],
  now: Date,
): Promise<number> {
  if (rows.length === 0) return 0;
  const ids = rows.flatMap(({ contact, candidate }) => [contact, candidate]);
  const contacts = await Contact.find({ account, _id: { $in: ids } }, { type: 1, searchKey: 1 }).lean();
  const known = new Map(contacts.map((contact) => [contact._id.toHexString(), contact]));
  const operations = rows.flatMap(({ contact, candidate, reason, recycled }) => {
    const [one, other] = [contact, candidate].map((id) => known.get(id.toHexString()));
    if (!one || !other || contact.equals(candidate)) return [];
    const pair = pairKey(contact, candidate);
    const made = {
      contact,
      candidate,
      type: one.type,
      reason,
      ...(recycled ? { recycled: 'number' } : {}),
      state: 'open',
      createdAt: now,
      note: '',
    };
    const searchKey = `${one.searchKey} ${other.searchKey}`;
    return [
      {
        updateOne: {
          filter: { account, pair },
          update: { $setOnInsert: { ...made, searchKey } },
          upsert: true,
        },
      },
    ];
  });
  return operations.length === 0 ? 0 : insertNew(operations);
}

async function insertNew(operations: mongo.AnyBulkWriteOperation[]): Promise<number> {
  try {
    const result = await Duplicate.collection.bulkWrite(operations, { ordered: false });
    return result.upsertedCount;
  } catch (error) {
    // Another run listed the same pair meanwhile, which is what was wanted.
    if (!duplicatesAmong(error) || isPassing(error)) throw error;
    return (error as mongo.MongoBulkWriteError).upsertedCount;
  }
}
