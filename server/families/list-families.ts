import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { BATCH } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { inMany } from '../models/in-many.js';
import { searchKey } from '../models/search-key.js';
import { isBlocked, User } from '../models/user.js';
import { sliceOf } from '../web/paging.js';

export const FAMILIES_A_PAGE = 50;

/** A parent's login that has a child or an appointment in an event. */
export interface FamilyRow {
  id: string;
  name: string;
  email: string;
  /** Those of the children who are in the event. */
  children: string[];
  blocked: boolean;
}

/**
 * The logins of an event's families, by name.
 * @param q a part of a name or an address
 */
export async function listFamilies(
  event: Pick<Event, '_id' | 'account'>,
  q: string,
  wanted: number,
): Promise<{ rows: FamilyRow[]; total: number; page: number }> {
  const { account } = event;
  const living = { event: event._id, state: { $in: LIVING_STATES } };
  const [taught, met, booked] = await Promise.all([
    Class.distinct('synced.students', { event: event._id, status: 'active' }),
    Appointment.distinct('students', living),
    Appointment.distinct('household', living),
  ]);
  const students = new Set([...taught, ...met].map((id) => id.toHexString()));
  const households = await familiesWith(account, taught, booked);
  const found = await User.collection
    .find<Pick<User, '_id' | 'name' | 'email' | 'blocks'>>(
      { _id: { $in: households.flatMap(({ adults }) => adults) } },
      { projection: { name: 1, email: 1, blocks: 1 }, batchSize: BATCH },
    )
    .toArray();
  const key = searchKey(q);
  const users = found
    .map((user) => ({ ...user, sortKey: searchKey(user.name, user.email) }))
    .filter(({ sortKey }) => sortKey.includes(key))
    .sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
  const { page, skip } = sliceOf(users.length, wanted, FAMILIES_A_PAGE);
  const shown = users.slice(skip, skip + FAMILIES_A_PAGE);
  const familyOf = new Map(households.flatMap((one) => one.adults.map((adult) => [String(adult), one])));
  const childrenOf = (user: Types.ObjectId) =>
    (familyOf.get(String(user))?.children ?? [])
      .map(({ student }) => student)
      .filter((student) => students.has(String(student)));
  const names = await namesOf(
    account,
    shown.flatMap(({ _id }) => childrenOf(_id)),
  );
  return {
    rows: shown.map((user) => ({
      id: String(user._id),
      name: user.name,
      email: user.email,
      children: childrenOf(user._id).map((student) => names.get(String(student)) ?? 'No longer known'),
      blocked: isBlocked(user, account),
    })),
    total: users.length,
    page,
  };
}

/** Households that have one of some children, or had one until the school took it away or they parted with it, and households that booked. */
async function familiesWith(
  account: Types.ObjectId,
  students: Types.ObjectId[],
  booked: Types.ObjectId[],
): Promise<Family[]> {
  const own = { account, ofSchool: { $ne: true } };
  const found = await readFamilies({
    $or: [
      { ...own, 'children.student': { $in: students } },
      { ...own, 'removed.student': inMany(students) },
      { ...own, 'dropped.student': inMany(students) },
    ],
  });
  const meant = new Set(students.map((id) => id.toHexString()));
  const having = found.filter(({ children, removed = [], dropped = [] }) =>
    [...children, ...removed, ...dropped].some(({ student }) => meant.has(student.toHexString())),
  );
  const known = new Set(having.map(({ _id }) => _id.toHexString()));
  const others = booked.filter((id) => !known.has(id.toHexString()));
  return others.length > 0 ? [...having, ...(await readFamilies({ ...own, _id: { $in: others } }))] : having;
}

type Family = Pick<Household, '_id' | 'adults' | 'children' | 'removed' | 'dropped'>;

/** Past mongoose, which would look at each of the thousands of ids. */
function readFamilies(filter: object): Promise<Family[]> {
  return Household.collection.find<Family>(filter, { projection: FAMILY, batchSize: BATCH }).toArray();
}

const FAMILY = { adults: 1, 'children.student': 1, 'removed.student': 1, 'dropped.student': 1 } as const;

async function namesOf(account: Types.ObjectId, students: Types.ObjectId[]): Promise<Map<string, string>> {
  const people = await Contact.find(
    { _id: { $in: students }, account },
    { firstName: 1, lastName: 1, email: 1 },
  ).lean();
  return new Map(people.map((person) => [String(person._id), contactName(person)]));
}
