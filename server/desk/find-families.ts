import type { Types } from 'mongoose';
import { childrenWithTeachers } from '../booking/queries.js';
import { readSearch } from '../contacts/search-contacts.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { byRecordIds, Contact, contactName, CONTACT_TYPES, LISTING_INDEX } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { phoneSearch } from '../models/person-keys.js';
import { inKey, searchKey, searchWords } from '../models/search-key.js';
import { User } from '../models/user.js';
import { distinctIds } from '../web/lists.js';
import type { Sight } from '../web/sight.js';
import { findInEvent } from './find-in-event.js';
import { listAdults, type AdultChoice } from './list-adults.js';

export type DeskEvent = Pick<Event, '_id' | 'account'> & { sight: Sight };

/** A child that a search found, by its own name or an adult's. */
export interface FoundChild {
  id: string;
  name: string;
  grade: string;
  schoolId: string;
  adults: AdultChoice[];
  /** The adult who matched, or else the first one. */
  adult: string;
  /** How many appointments it has in the event. */
  appointments: number;
  /** Ids of the resources that the child may meet. */
  teachers: string[];
}

export interface Found {
  children: FoundChild[];
  /** There are more: the search is too general. */
  isCut: boolean;
  /** So many people have the name that not all were examined: somebody may be missing. */
  isFull: boolean;
}

/** The most children on one page. */
export const MOST_FOUND = 30;
/** The most people who are examined; names are matched in an index. */
const MOST_CANDIDATES = 500;

/** The people whom the search words name. */
interface Named {
  students: Types.ObjectId[];
  /** Their addresses, and the keys of their choices. */
  emails: Set<string>;
  keys: Set<string>;
  /** There may be more than were read. */
  isFull: boolean;
}

/**
 * Finds children of the event by their name or Student ID, or by the name, address or phone number of an adult: one of the roster, or a
 * login. Everything is looked up in indexes of the account. People who have nothing to do with the event are left out.
 */
export async function findFamilies(event: DeskEvent, q: string): Promise<Found> {
  const onRoster = await findOnRoster(event.account, q);
  const ofRoster = await keepInEvent(event, onRoster);
  // A name is searched in all logins of the account only if the roster has nobody.
  const byLogin = ofRoster.length > 0 ? undefined : await findByLogin(event.account, q);
  const wanted = byLogin ? await keepInEvent(event, byLogin) : ofRoster;
  const shown = wanted.slice(0, MOST_FOUND);
  const children = await describe(event, shown, byLogin ?? onRoster);
  return { children, isCut: wanted.length > shown.length, isFull: onRoster.isFull };
}

async function keepInEvent(event: DeskEvent, { students }: Named): Promise<Types.ObjectId[]> {
  const inEvent = await findInEvent(event, students);
  return students.filter((id) => inEvent.has(String(id)));
}

async function findOnRoster(account: Types.ObjectId, q: string): Promise<Named> {
  const { people, isFull } = await findPeopleCalled(account, q);
  const adults = people.filter(({ type }) => type !== 'student');
  const own = people.filter(({ type }) => type === 'student').map(({ _id }) => _id);
  const ofRoster = await childrenOf(account, adults);
  return {
    students: distinctIds([...own, ...ofRoster.students]),
    emails: emailsOf(adults),
    keys: new Set(adults.map(({ _id }) => `c${String(_id)}`)),
    isFull: isFull || ofRoster.isFull,
  };
}

async function findByLogin(account: Types.ObjectId, q: string): Promise<Named> {
  const logins = await loginsCalled(account, q);
  const households =
    logins.length > 0
      ? await Household.find(
          { account, adults: { $in: logins.map(({ _id }) => _id) } },
          { children: 1 },
        ).lean()
      : [];
  return {
    students: distinctIds(households.flatMap(({ children }) => children.map(({ student }) => student))),
    emails: emailsOf(logins),
    keys: new Set(households.map(({ _id }) => `h${String(_id)}`)),
    isFull: false,
  };
}

function emailsOf(people: { email: string }[]): Set<string> {
  return new Set(people.flatMap(({ email }) => email.toLowerCase() || []));
}

type Person = Pick<Contact, '_id' | 'type' | 'email' | 'relations' | 'tied'>;
const PERSON = { type: 1, email: 1, relations: 1, tied: 1 } as const;

async function findPeopleCalled(
  account: Types.ObjectId,
  q: string,
): Promise<{ people: Person[]; isFull: boolean }> {
  const active = { account, status: 'active' as const };
  const phones = phoneSearch(q);
  const byPhone =
    phones.length > 0
      ? Contact.find({ ...active, phoneKey: { $in: phones, $gt: '' } }, PERSON)
          .limit(MOST_CANDIDATES)
          .lean<Person[]>()
      : [];
  if (searchWords(q).length === 0) return together([await byPhone]);
  const { keys, others } = await readSearch(account, q);
  const [named, numbered, called] = await Promise.all([
    Contact.find({ ...active, type: { $in: [...CONTACT_TYPES] }, ...keys }, PERSON)
      .sort({ sortKey: 1 })
      .limit(MOST_CANDIDATES)
      .hint(LISTING_INDEX)
      .lean<Person[]>(),
    others.length > 0
      ? Contact.find({ ...active, _id: { $in: others.map(({ _id }) => _id) } }, PERSON)
          .limit(MOST_CANDIDATES)
          .lean<Person[]>()
      : [],
    byPhone,
  ]);
  return together([named, numbered, called]);
}

function together(lists: Person[][]): { people: Person[]; isFull: boolean } {
  return { people: lists.flat(), isFull: lists.some((list) => list.length >= MOST_CANDIDATES) };
}

/** Children to whom the roster, or the school by hand, ties some adults. */
async function childrenOf(
  account: Types.ObjectId,
  adults: Person[],
): Promise<{ students: Types.ObjectId[]; isFull: boolean }> {
  const alive = { type: 'student' as const, status: 'active' as const };
  const related = adults.flatMap(({ relations }) => relations.map(({ student }) => student));
  const given = adults.flatMap(({ tied = [] }) => tied.map(({ student }) => student));
  const records = related.slice(0, MOST_CANDIDATES);
  const byHand = given.slice(0, MOST_CANDIDATES);
  const [ofRoster, tied] = await Promise.all([
    records.length > 0 ? Contact.find(byRecordIds(account, records, alive), { sortKey: 1 }).lean() : [],
    byHand.length > 0 ? Contact.find({ account, _id: { $in: byHand }, ...alive }, { sortKey: 1 }).lean() : [],
  ]);
  return {
    students: [...ofRoster, ...tied].sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1)).map(({ _id }) => _id),
    isFull: related.length > records.length || given.length > byHand.length,
  };
}

type Login = Pick<User, '_id' | 'email'>;

/** Logins have no stored search key: the account's logins are read a part at a time until enough are found. */
async function loginsCalled(account: Types.ObjectId, q: string): Promise<Login[]> {
  const words = searchWords(q).map(inKey);
  const found: Login[] = [];
  if (words.length === 0) return found;
  const all = User.find({ 'grants.account': account }, { name: 1, email: 1 })
    .lean()
    .cursor({ batchSize: 1000 });
  for await (const { _id, name, email } of all) {
    const key = searchKey(name, email);
    if (words.every((word) => word.test(key))) found.push({ _id, email });
    if (found.length >= MOST_FOUND) break;
  }
  return found;
}

async function describe(event: DeskEvent, ids: Types.ObjectId[], named: Named): Promise<FoundChild[]> {
  if (ids.length === 0) return [];
  const { account, _id, sight } = event;
  const [contacts, views, booked] = await Promise.all([
    Contact.find(
      { _id: { $in: ids }, account },
      { firstName: 1, lastName: 1, email: 1, grade: 1, schoolId: 1, record: 1 },
    ).lean(),
    childrenWithTeachers(
      event,
      ids.map((student) => ({ student })),
      [],
      'school',
    ),
    Appointment.find(
      { account, event: _id, students: { $in: ids }, state: { $in: LIVING_STATES }, ...sight },
      { students: 1 },
    ).lean(),
  ]);
  const adults = await listAdults(account, contacts);
  return ids.flatMap((id) => {
    const contact = contacts.find((one) => one._id.equals(id));
    if (!contact) return [];
    const choices = adults.get(String(id)) ?? [];
    const asked = choices.find(
      ({ key, email }) =>
        named.keys.has(key) || email.split(', ').some((one) => named.emails.has(one.toLowerCase())),
    );
    return [
      {
        id: String(id),
        name: contactName(contact),
        grade: contact.grade,
        schoolId: contact.schoolId,
        adults: choices,
        adult: (asked ?? choices[0])?.key ?? 'none',
        appointments: booked.filter(({ students }) => students.some((one) => one.equals(id))).length,
        teachers: views.find((view) => view.id === String(id))?.teachers.map((teacher) => teacher.id) ?? [],
      },
    ];
  });
}
