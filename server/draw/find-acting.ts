import type { Types } from 'mongoose';
import { Household } from '../models/household.js';
import { isBlocked, User } from '../models/user.js';
import type { DrawEntry } from '../models/draw-entry.js';

/** A household as a draw sees it: whoever of its adults is blocked is drawn for, booked for and told no more. */
export interface Acting {
  household: Household;
  /** Who books: who sent the wishes, or another adult where that one is blocked. */
  user: Types.ObjectId;
  isBlocked: (adult: Types.ObjectId) => boolean;
}

/** @returns undefined where nobody is left who could act */
export async function findActing({
  household: id,
  user,
}: Pick<DrawEntry, 'household' | 'user'>): Promise<Acting | undefined> {
  const household = await Household.findById(id).lean();
  if (!household) return undefined;
  const logins = await User.find({ _id: { $in: household.adults } }, { blocks: 1 }).lean();
  const free = logins.filter((login) => !isBlocked(login, household.account)).map(({ _id }) => _id);
  const acting = free.find((adult) => adult.equals(user)) ?? free[0];
  if (!acting) return undefined;
  return { household, user: acting, isBlocked: (adult) => !free.some((one) => one.equals(adult)) };
}
