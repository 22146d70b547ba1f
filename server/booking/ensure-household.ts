import { Types } from 'mongoose';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';
import { findKept, takeKept } from './find-kept.js';

/** The household of an adult in one account; an adult alone is a household of one, made at the first need of it. */
export async function ensureHousehold(
  account: Types.ObjectId,
  adult: Types.ObjectId,
  now: Date,
): Promise<Household> {
  const found = await Household.findOne({ account, adults: adult }).lean();
  if (found) return found;
  const kept = await takeKept(account, adult);
  if (kept) return kept;
  try {
    return (await Household.create({ account, adults: [adult], children: [], createdAt: now })).toObject();
  } catch (error) {
    // Two first requests at once: the other one made it.
    const made = isDuplicateKey(error) && (await Household.findOne({ account, adults: adult }).lean());
    if (!made) throw error;
    return made;
  }
}

/** The household of an adult as a page shows it: looking makes none, so who has none yet is shown an empty one. */
export async function findHousehold(
  account: Types.ObjectId,
  adult: Types.ObjectId,
  now: Date,
): Promise<Household> {
  const found = await Household.findOne({ account, adults: adult }).lean();
  const kept = found ?? (await findKept(account, adult));
  return kept ?? { _id: new Types.ObjectId(), account, adults: [adult], children: [], createdAt: now };
}
