import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Contact } from '../models/contact.js';
import { Resource } from '../models/resource.js';
import { holdsWords, inKey, searchKey, searchWords } from '../models/search-key.js';
import { holdersOf } from '../models/slot.js';
import { distinctIds } from '../web/lists.js';
import type { InSight } from '../web/sight.js';
import { readFamilies } from './match-families.js';
import { STATE_FILTERS } from './schema.js';

/** An appointment that a search found, as far as it is counted. */
export type Called = Pick<Appointment, '_id' | 'state' | 'attended' | 'household'>;
type Names = Called & Pick<Appointment, 'resource' | 'with' | 'students'>;

/** The event's appointments of a day, or all, that the reader sees. */
type Seen = InSight & Pick<Appointment, 'account' | 'event'>;

/** What a search found, and the names that it read on the way: every teacher's of the event, and every family's that has an appointment. */
export interface Search {
  rows: Called[];
  known: { resources: Pick<Resource, '_id' | 'name' | 'room'>[]; families: Map<string, string> };
}

/**
 * The appointments of an event whose teacher, student or parent is called so. Names are looked up only among those who have one: the
 * district's other people, who may be many, are not read. Five queries, each linear, however many have the name; they go past mongoose,
 * which would look at each of the thousands of ids.
 */
export async function findCalled(scope: Seen, q: string): Promise<Search> {
  const { account, event } = scope;
  const words = searchWords(q).map(inKey);
  const isCalled = (key: string) => words.every((word) => word.test(key));
  const [resources, booked] = await Promise.all([
    Resource.find({ account, event }, { name: 1, room: 1, searchKey: 1 }).lean(),
    Appointment.collection
      .find<Names>({ ...scope, state: { $in: STATE_FILTERS.all } }, { projection: NAMES })
      .toArray(),
  ]);
  const [students, families] = await Promise.all([
    studentsCalled(account, distinctIds(booked.flatMap((one) => one.students)), q),
    readFamilies(account, distinctIds(booked.map(({ household }) => household))),
  ]);
  const taught = new Set(resources.filter((one) => isCalled(one.searchKey)).map(idOf));
  // Logins store no key to search by. One adult has all the words.
  const households = new Set(
    [...families].flatMap(([id, { names }]) => (names.some((name) => isCalled(searchKey(name))) ? id : [])),
  );
  const isFound = (one: Names) =>
    holdersOf(one).some((id) => taught.has(id.toHexString())) ||
    households.has(one.household.toHexString()) ||
    one.students.some((id) => students.has(id.toHexString()));
  return {
    rows: booked.filter(isFound),
    known: { resources, families: new Map([...families].map(([id, { said }]) => [id, said])) },
  };
}

const NAMES = { state: 1, attended: 1, household: 1, resource: 1, with: 1, students: 1 } as const;

const idOf = ({ _id }: { _id: Types.ObjectId }): string => _id.toHexString();

async function studentsCalled(
  account: Types.ObjectId,
  ids: Types.ObjectId[],
  q: string,
): Promise<Set<string>> {
  const found = await Contact.collection
    .find<Pick<Contact, '_id'>>(
      { _id: { $in: ids }, account, ...holdsWords('searchKey', q) },
      { projection: { _id: 1 } },
    )
    .toArray();
  return new Set(found.map(idOf));
}
