import type { Types } from 'mongoose';
import { ChildTry, childTryId } from '../models/child-try.js';
import type { Contact } from '../models/contact.js';
import { documentsOf, findTogether } from '../models/find-together.js';
import { Household, type ChildProof, type HouseholdChild } from '../models/household.js';
import { isBlocked, User } from '../models/user.js';

/** How an adult showed that a child is theirs, in words. */
export const CLAIM_WORDS: Record<ChildProof, string> = {
  'number and security value': 'Student ID with birth date or code',
  'printed code': 'Code from the school’s letter',
  roster: 'Parent or guardian in the roster',
  school: 'Added by the school',
};

/** An adult who can book for a child, or who could until the school took the child away or they parted with the child. */
export interface Claim {
  user: string;
  name: string;
  email: string;
  how: string;
  since: Date;
  removedAt?: Date;
  droppedAt?: Date;
  blocked: boolean;
}

/** The adults who have claimed a child: each household, with the adult who added the child. */
export async function listClaims({ _id, account }: Contact): Promise<Claim[]> {
  const { having, lost, parted } = await findTogether({
    having: documentsOf(Household, { account, 'children.student': _id, ofSchool: { $ne: true } }),
    // The partial index answers only a filter that asks for the field to exist.
    lost: documentsOf(Household, { account, 'removed.student': { $eq: _id, $exists: true } }),
    parted: documentsOf(Household, { account, 'dropped.student': { $eq: _id, $exists: true } }),
  });
  const ofChild = ({ student }: { student: Types.ObjectId }) => student.equals(_id);
  const claims: (Pick<HouseholdChild, 'adult' | 'by'> & Pick<Claim, 'since' | 'removedAt' | 'droppedAt'>)[] =
    [
      ...having.flatMap(({ children }) =>
        children.filter(ofChild).map(({ adult, by, at }) => ({ adult, by, since: at })),
      ),
      ...lost.flatMap(({ removed = [] }) =>
        removed.filter(ofChild).map(({ adult, by, since, at }) => ({ adult, by, since, removedAt: at })),
      ),
      ...parted.flatMap(({ dropped = [] }) =>
        dropped.filter(ofChild).map(({ adult, by, since, at }) => ({ adult, by, since, droppedAt: at })),
      ),
    ];
  const users = await User.find({ _id: { $in: claims.map(({ adult }) => adult) } }).lean();
  return claims.flatMap(({ adult, by, ...when }) => {
    const user = users.find((one) => one._id.equals(adult));
    if (!user) return [];
    const { name, email } = user;
    const blocked = isBlocked(user, account);
    return [{ user: adult.toHexString(), name, email, how: CLAIM_WORDS[by], blocked, ...when }];
  });
}

/** Recent failed attempts to add a child; null where there are none. */
export async function wrongTries(
  { account, schoolId }: Pick<Contact, 'account' | 'schoolId'>,
  now: Date,
): Promise<{ wrong: number; firstAt: Date; lastAt: Date } | null> {
  if (schoolId === '') return null;
  const found = await ChildTry.findById(childTryId(account, schoolId)).lean();
  return found && found.wrong > 0 && found.expiresAt > now ? found : null;
}

/** The parent's login with an adult's address in this account; undefined where there is none. */
export async function findLogin({
  account,
  email,
}: Pick<Contact, 'account' | 'email'>): Promise<string | undefined> {
  if (email === '') return undefined;
  const user = await User.findOne({ email: email.toLowerCase() }, { grants: 1 }).lean();
  if (!user) return undefined;
  const isParent = user.grants.some((grant) => grant.account.equals(account) && grant.level === 'customer');
  return isParent || (await hasHousehold(account, user._id)) ? user._id.toHexString() : undefined;
}

async function hasHousehold(account: Types.ObjectId, adult: Types.ObjectId): Promise<boolean> {
  return (await Household.exists({ account, adults: adult })) !== null;
}
