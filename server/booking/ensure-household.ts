import { Types } from 'mongoose';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';
import { findOwnAndKept, takeKept, type Homes } from './find-kept.js';
import { moveKept } from './move-kept.js';

/**
 * The household of an adult in one account, made when it is first needed; an adult alone is a household of one. What the office keeps for
 * the adult becomes theirs: the kept household itself where they have none, otherwise its content.
 * @param homes what was just read of their households
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
    // Two first requests at once: the other one has made it.
    const made = isDuplicateKey(error) && (await Household.findOne({ account, adults: adult }).lean());
    if (!made) throw error;
    return made;
  }
}

/**
 * The household of an adult as a page shows it. Looking makes none, so an adult without one is shown an empty one. What the office keeps
 * for them is joined even by looking; otherwise they would miss a meeting that they were told of.
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
