import { Types } from 'mongoose';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';
import { findOwnAndKept, takeKept, type Homes } from './find-kept.js';
import { moveKept } from './move-kept.js';

/**
 * The household of an adult in one account; an adult alone is a household of one, made at the first need of it. What the office keeps for
 * them becomes theirs: the first as it is where they have none, else what is in it.
 * @param homes what was read of their households just now
 */
export async function ensureHousehold(
  account: Types.ObjectId,
  adult: Types.ObjectId,
  now: Date,
  homes?: Homes,
): Promise<Household> {
  const { own: found, kept: all } = await findOwnAndKept(account, adult, homes);
  const [first, ...others] = all;
  if (!first) return found ?? makeHousehold(account, adult, now);
  const taken = found ? null : await takeKept(first, adult);
  const own = found ?? taken ?? (await makeHousehold(account, adult, now));
  let isJoined = false;
  for (const kept of taken ? others : [first, ...others])
    if (await moveKept(own, kept, adult, now)) isJoined = true;
  return isJoined ? ((await Household.findOne({ account, adults: adult }).lean()) ?? own) : own;
}

async function makeHousehold(account: Types.ObjectId, adult: Types.ObjectId, now: Date): Promise<Household> {
  try {
    return (await Household.create({ account, adults: [adult], children: [], createdAt: now })).toObject();
  } catch (error) {
    // Two first requests at once: the other one made it.
    const made = isDuplicateKey(error) && (await Household.findOne({ account, adults: adult }).lean());
    if (!made) throw error;
    return made;
  }
}

/**
 * The household of an adult as a page shows it: looking makes none, so who has none yet is shown an empty one. What the office keeps for
 * them beside it is joined also by a look: else they would miss a meeting that they were told of.
 */
export async function findHousehold(
  account: Types.ObjectId,
  adult: Types.ObjectId,
  now: Date,
  homes?: Homes,
): Promise<Household> {
  const { own: found, kept } = await findOwnAndKept(account, adult, homes);
  const [first] = kept;
  if (first && (found ?? kept.length > 1)) return ensureHousehold(account, adult, now);
  return (
    found ??
    first?.household ?? { _id: new Types.ObjectId(), account, adults: [adult], children: [], createdAt: now }
  );
}
