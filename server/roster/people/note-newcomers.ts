import { Types } from 'mongoose';
import { contactName } from '../../models/contact.js';
import { contactKeys } from '../../models/person-keys.js';
import { Duplicate, pairKey, type Newcomer } from '../../models/duplicate.js';
import { searchKey } from '../../models/search-key.js';

/** A newcomer, with the contact whose id they have. */
export interface FoundNewcomer {
  newcomer: Newcomer;
  candidate: { _id: Types.ObjectId; firstName?: string; lastName?: string; email?: string };
}

/**
 * Puts newcomers on the *to decide* list, or updates what the source says of those who are on it.
 * @param run the refresh that found them
 * @returns the pairs by record id, and how many are new by this run, its earlier tries included
 */
export async function noteNewcomers(
  account: Types.ObjectId,
  found: readonly FoundNewcomer[],
  run: Types.ObjectId,
  now: Date,
): Promise<{ pairs: Map<string, Types.ObjectId>; added: number }> {
  if (found.length === 0) return { pairs: new Map(), added: 0 };
  await Duplicate.collection.bulkWrite(
    found.map(({ newcomer, candidate }) => {
      const contact = new Types.ObjectId();
      return {
        updateOne: {
          filter: { account, 'newcomer.id': newcomer.id },
          update: {
            $set: {
              candidate: candidate._id,
              newcomer,
              type: newcomer.fields.type,
              searchKey: searchKey(contactKeys(newcomer.fields).searchKey, contactName(candidate)),
            },
            $setOnInsert: {
              contact,
              pair: pairKey(contact, candidate._id),
              reason: { code: 'id' },
              recycled: 'id',
              run,
              state: 'open',
              createdAt: now,
              note: '',
            },
          },
          upsert: true,
        },
      };
    }),
    { ordered: false },
  );
  const ids = found.map(({ newcomer }) => newcomer.id);
  const pairs = await Duplicate.find(
    { account, 'newcomer.id': { $in: ids } },
    { newcomer: 1, run: 1 },
  ).lean();
  return {
    pairs: new Map(pairs.map(({ _id, newcomer }) => [newcomer?.id ?? '', _id])),
    added: pairs.filter((pair) => pair.run?.equals(run)).length,
  };
}

const UNDECIDED = { state: 'open' as const, deciding: { $exists: false } };

/** Drops doubts that the source has resolved: the id is with its former holder, or with nobody. One that is being decided stays. */
export async function dropNewcomers(account: Types.ObjectId, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await Duplicate.deleteMany({ account, 'newcomer.id': { $in: [...ids] }, ...UNDECIDED });
}

/** Drops what a refresh put on the list, unless it is decided. */
export async function dropNewcomersOf(account: Types.ObjectId, run: Types.ObjectId): Promise<void> {
  await Duplicate.deleteMany({ account, recycled: 'id', run, ...UNDECIDED });
}
