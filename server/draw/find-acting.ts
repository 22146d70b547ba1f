import type { Types } from 'mongoose';
import { Household } from '../models/household.js';
import { HouseholdChange } from '../models/household-change.js';
import { isBlocked, User } from '../models/user.js';
import type { Draw } from '../models/draw.js';
import { DrawEntry, type DrawWish } from '../models/draw-entry.js';

/** A household as a draw sees it. An adult who is blocked is not drawn for, booked for or told. */
export interface Acting {
  household: Household;
  /** Who books: the sender of the wishes, or another adult if that one is blocked. */
  user: Types.ObjectId;
}

type Owned = Pick<DrawEntry, 'account' | 'household' | 'user'>;
type Wished = Owned & Pick<DrawEntry, 'changedAt'>;

/**
 * Who acts for an entry: its household; or, if its adults have all joined another one, the household where the sender is.
 * @returns undefined if nobody is left who could act
 */
export async function findActing({ account, household: id, user }: Owned): Promise<Acting | undefined> {
  const own = await findAdults(await Household.findById(id).lean(), user);
  return own.isEmpty
    ? (await findAdults(await Household.findOne({ account, adults: user }).lean(), user)).acting
    : own.acting;
}

async function findAdults(
  household: Household | null,
  user: Types.ObjectId,
): Promise<{ isEmpty: boolean; acting?: Acting }> {
  if (!household) return { isEmpty: true };
  const logins = await User.find({ _id: { $in: household.adults } }, { blocks: 1 }).lean();
  const free = logins.filter((login) => !isBlocked(login, household.account)).map(({ _id }) => _id);
  const first = free.find((adult) => adult.equals(user)) ?? free[0];
  if (!first) return { isEmpty: logins.length === 0 };
  return { isEmpty: false, acting: { household, user: first } };
}

/** A household that acts for some of an entry's wishes, by their indexes. */
export interface Party {
  acting: Acting;
  places: number[];
}

/** Who acts for which wishes of an entry: for a child who left with an adult, that adult's household; for some, nobody. */
export async function findParties(entry: Wished, wishes: DrawWish[]): Promise<Party[]> {
  const parties: Party[] = [];
  const usual = await findActing(entry);
  for (const [place, { students }] of wishes.entries()) {
    const isTheirs = usual?.household.children.some(({ student }) => has(students, student));
    const acting = isTheirs ? usual : ((await findLeft(entry, students)) ?? usual);
    if (!acting) continue;
    const party = parties.find(({ acting: known }) => known.household._id.equals(acting.household._id));
    if (party) party.places.push(place);
    else parties.push({ acting, places: [place] });
  }
  return parties;
}

const has = (ids: Types.ObjectId[], id: Types.ObjectId) => ids.some((one) => one.equals(id));

/** The household of the last adult who left an entry's household with one of some students after the entry was sent. */
async function findLeft(
  { account, household, changedAt }: Wished,
  students: Types.ObjectId[],
): Promise<Acting | undefined> {
  const left = await HouseholdChange.findOne({
    ...{ account, household, kind: 'leave', state: 'done' },
    createdAt: { $gte: changedAt },
    'children.student': { $in: students },
  })
    .sort({ _id: -1 })
    .lean();
  if (!left?.fresh || !left.adult) return undefined;
  return findActing({ account, household: left.fresh, user: left.adult });
}

/** Whether adults are joining or leaving an entry's household at this moment. */
export async function isChanging({ account, household, user }: Owned): Promise<boolean> {
  const theirs = { $or: [{ household }, { touches: household }, { adult: user }] };
  return (await HouseholdChange.exists({ account, state: 'accepted', ...theirs })) !== null;
}

/**
 * How adults join and leave the households that have wishes in a round. In the middle of it nobody may have their children, and what was
 * read before it is not true after it.
 * @returns whether some are under way, and how many have been done
 */
export async function findChanges({ _id, account }: Pick<Draw, '_id' | 'account'>) {
  const wishing = { $in: await DrawEntry.distinct('household', { draw: _id }) };
  const touched = { account, state: 'accepted' as const, touches: { ...wishing, $exists: true } };
  const moved = { account, state: 'done' as const, $or: [{ household: wishing }, { from: wishing }] };
  const [going, done] = await Promise.all([
    HouseholdChange.exists(touched),
    HouseholdChange.countDocuments(moved),
  ]);
  return { areUnderWay: going !== null, done };
}
