import { Types } from 'mongoose';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';

/** The household of an adult in one account; an adult alone is a household of one, made at the first need of it. */
export async function ensureHousehold(
  account: Types.ObjectId,
  adult: Types.ObjectId,
  now: Date,
): Promise<Household> {
  const found = await Household.findOne({ account, adults: adult }).lean();
  if (found) return found;
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
  return found ?? { _id: new Types.ObjectId(), account, adults: [adult], children: [], createdAt: now };
}
