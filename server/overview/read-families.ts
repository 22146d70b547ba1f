import { LRUCache } from 'lru-cache';
import type { Types } from 'mongoose';
import { Class, isMeetable } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { groupFamilies } from '../reports/group-families.js';

/** Which students each teacher of an event has, in classes that parents may book, and which students are siblings. */
export interface Families {
  /** The students by the contact of the teacher whom parents meet. */
  taught: Map<string, Set<string>>;
  students: Set<string>;
  /** Each family’s students, by their ids. */
  families: string[][];
}

type EventScope = Pick<Event, '_id' | 'account'>;

/** Below this size, families are read for every request. */
const MANY_STUDENTS = 2_000;
/** Reading a large district’s families takes a second, and a sync or an edit changes them about once a day, so they may be a minute old. */
const kept = new LRUCache<string, Families>({ max: 4, ttl: 60_000 });

/** @param booked the students of appointments: even if their class is hidden by now, their siblings' family counts as booked */
export async function readFamilies(
  { _id, account }: EventScope,
  booked: () => Promise<Iterable<string>>,
): Promise<Families> {
  const key = _id.toHexString();
  const known = kept.get(key);
  if (known) return known;
  const classes = await Class.find(
    { account, event: _id, status: 'active' },
    {
      ...{ status: 1, 'synced.type': 1, 'edits.type': 1, 'edits.allowed': 1 },
      ...{ 'synced.students': 1, 'synced.teachers': { $slice: 1 } },
    },
  ).lean<Pick<Class, '_id' | 'status' | 'synced' | 'edits'>[]>();
  const taught = new Map<string, Set<string>>();
  const students = new Map<string, Types.ObjectId>();
  for (const item of classes.filter(isMeetable)) {
    // Students of a class without a known teacher count as families, but wait for nobody.
    const teacher = item.synced.teachers[0]?.toHexString();
    const own = (teacher && taught.get(teacher)) || new Set<string>();
    if (teacher) taught.set(teacher, own);
    for (const id of item.synced.students) {
      const student = id.toHexString();
      students.set(student, id);
      own.add(student);
    }
  }
  const found = await Contact.find(
    { _id: { $in: [...students.values(), ...(await booked())] }, account },
    { firstName: 1, lastName: 1, email: 1, grade: 1, record: 1, searchKey: 1, sortKey: 1 },
  ).lean();
  const all = {
    students: found.length,
    without: found,
    booked: new Set<string>(),
    bookedRecords: new Set<string>(),
  };
  const families = (await groupFamilies(account, all, ''))
    .map(({ children }) => children.map((child) => child._id.toHexString()))
    .filter((children) => children.some((child) => students.has(child)));
  const read = { taught, students: new Set(students.keys()), families };
  if (students.size > MANY_STUDENTS) kept.set(key, read);
  return read;
}
