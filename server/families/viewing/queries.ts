import type { Types } from 'mongoose';
import { Class, className } from '../../models/class.js';
import { Contact, contactName, handTiedTo, isGuardian, recordIds } from '../../models/contact.js';
import type { Event } from '../../models/event.js';
import { documentsOf, findTogether } from '../../models/find-together.js';
import { Household } from '../../models/household.js';
import { holdsWords, searchWords } from '../../models/search-key.js';
import { isBlocked, User } from '../../models/user.js';

type Scope = Pick<Event, '_id' | 'account'>;

/** How many students a search shows; a longer search finds fewer. */
const MOST = 30;

/** Students of the event's classes whose names match. */
export async function searchChildren(
  { _id: event, account }: Scope,
  q: string,
): Promise<{ id: string; name: string; grade: string }[]> {
  if (searchWords(q).length === 0) return [];
  const students = await Class.distinct('synced.students', { account, event, status: 'active' });
  const found = await Contact.find(
    { _id: { $in: students }, account, type: 'student', ...holdsWords('searchKey', q) },
    { firstName: 1, lastName: 1, email: 1, grade: 1 },
  )
    .sort({ sortKey: 1 })
    .limit(MOST)
    .lean();
  return found.map((child) => ({
    id: child._id.toHexString(),
    name: contactName(child),
    grade: child.grade,
  }));
}

/** A student of the event's classes; undefined for anybody else. */
export async function findChild(
  { _id: event, account }: Scope,
  student: Types.ObjectId,
): Promise<Contact | undefined> {
  const { child, isHere } = await findTogether({
    child: documentsOf(Contact, { _id: student, account, type: 'student' }),
    isHere: documentsOf(
      Class,
      { event, 'synced.students': student, status: 'active' },
      { fields: { _id: 1 }, limit: 1 },
    ),
  });
  return isHere.length > 0 ? child[0] : undefined;
}

/** The names of the event's classes that a student is in. */
export async function classesOf({ _id: event }: Scope, student: Types.ObjectId): Promise<string[]> {
  const held = await Class.find(
    { event, 'synced.students': student, status: 'active' },
    { 'synced.name': 1, 'synced.course': 1, edits: 1 },
  )
    .sort({ sortKey: 1 })
    .lean<Pick<Class, 'synced' | 'edits'>[]>();
  return held.map(className);
}

/**
 * An adult whose view of the pages can be shown: a login that has the child, or a guardian whom the roster or the school names. An adult
 * from whom the school took the child, or whose login is blocked, is left out, whatever the roster says: they see no child.
 */
export interface Onlooker {
  id: string;
  name: string;
  hasLogin: boolean;
}

export async function listOnlookers(child: Contact): Promise<Onlooker[]> {
  const { account, _id } = child;
  const reached = { status: 'active' as const, email: { $gt: '' } };
  const { households, without, ofRoster, byHand } = await findTogether({
    households: documentsOf(Household, { account, 'children.student': _id }, { fields: { adults: 1 } }),
    without: documentsOf(
      Household,
      { account, 'removed.student': { $eq: _id, $exists: true } },
      { fields: { adults: 1 } },
    ),
    ofRoster: documentsOf(
      Contact,
      { account, 'relations.student': { $in: recordIds(child) }, ...reached },
      { fields: { firstName: 1, lastName: 1, email: 1, relations: 1 }, limit: MOST },
    ),
    byHand: documentsOf(Contact, { ...handTiedTo(account, _id), ...reached }, { limit: MOST }),
  });
  const { users, others } = await findTogether({
    users: documentsOf(User, { _id: { $in: households.flatMap(({ adults }) => adults) } }),
    others: documentsOf(
      User,
      {
        $or: [
          { _id: { $in: without.flatMap(({ adults }) => adults) } },
          {
            email: { $in: [...ofRoster, ...byHand].map(({ email }) => email) },
            'blocks.account': { $eq: account, $exists: true },
          },
        ],
      },
      { fields: { email: 1 } },
    ),
  });
  const logins = users.filter((user) => !isBlocked(user, account));
  const known = new Set([...users, ...others].map(({ email }) => email));
  const ids = new Set(recordIds(child));
  const guardians = [
    ...ofRoster.filter(({ relations }) => relations.some((tie) => ids.has(tie.student) && isGuardian(tie))),
    ...byHand.filter(({ tied = [] }) =>
      tied.some((tie) => tie.student.equals(_id) && isGuardian({ ...tie, type: '' })),
    ),
  ].filter(({ email }) => !known.has(email));
  const distinct = new Map(guardians.map((adult) => [adult._id.toHexString(), adult]));
  return [
    ...logins.map((user) => ({ id: user._id.toHexString(), name: user.name || user.email, hasLogin: true })),
    ...[...distinct.values()].map((adult) => ({
      id: adult._id.toHexString(),
      name: contactName(adult),
      hasLogin: false,
    })),
  ];
}
