import { LRUCache } from 'lru-cache';
import type { Types } from 'mongoose';
import { Class, isMeetable } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { groupFamilies } from '../reports/group-families.js';

/** Who is taught by whom in an event, over classes that parents may book, and which students are brothers and sisters. */
export interface Families {
  /** By the contact of the teacher whom parents meet: the students. */
  taught: Map<string, Set<string>>;
  students: Set<string>;
  /** Each family’s students, by their ids. */
  families: string[][];
}

type EventScope = Pick<Event, '_id' | 'account'>;

/** A small school’s are read whenever they are asked for. */
const MANY_STUDENTS = 2_000;
/** Reading a large district’s takes a second, and a sync or an edit changes them once a day or so: they may be a minute old. */
const kept = new LRUCache<string, Families>({ max: 4, ttl: 60_000 });

/** @param booked whom appointments are about: also where their class is hidden since, brothers and sisters count as booked */
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
    // Of a class without a known teacher the students count as families, and wait for nobody.
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
