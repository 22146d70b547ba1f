import type { Types } from 'mongoose';
import { Audience } from '../mailings/collect-audience.js';
import { findFamilies } from '../mailings/find-families.js';
import { Class, className, classType, isMeetable } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { BATCH } from '../models/find-together.js';
import { inKey, searchWords } from '../models/search-key.js';
import { findUnsubscribed } from '../notifications/unsubscribing/find-unsubscribed.js';
import { distinctIds } from '../web/lists.js';
import type { LettersFilter, LettersForm } from './schema.js';

/** A student whose family gets a letter, and the class in which it is handed out. */
export interface Addressee {
  student: Types.ObjectId;
  name: string;
  grade: string;
  class: Types.ObjectId;
  className: string;
  teacher: string;
  hasEmail: boolean;
  hasCode: boolean;
  hasNumber: boolean;
}

export interface Addressees {
  /** By class, and in it by name. */
  rows: Addressee[];
  /** How many students each kind has within the other filters. */
  counts: Record<LettersFilter['who'], number>;
  classes: { id: string; name: string }[];
  /** Of the event's classes, also of those that parents don't see. */
  schools: Types.ObjectId[];
  grades: string[];
}

type Held = Pick<Class, '_id' | 'status' | 'synced' | 'edits' | 'sortKey'>;
type Student = Pick<
  Contact,
  | '_id'
  | 'firstName'
  | 'lastName'
  | 'email'
  | 'grade'
  | 'record'
  | 'searchKey'
  | 'sortKey'
  | 'schools'
  | 'code'
  | 'numberKey'
>;

/**
 * The students of classes that parents may book, each once: in their homeroom, or else in the first of their classes. A fixed number of
 * queries; memory holds only ids and what a list shows.
 */
export async function listStudents(
  { _id: event, account }: Pick<Event, '_id' | 'account'>,
  filter: LettersFilter,
): Promise<Addressees> {
  const found = await Class.find(
    { account, event, status: 'active' },
    {
      ...{ status: 1, sortKey: 1, edits: 1, 'synced.name': 1, 'synced.course': 1, 'synced.type': 1 },
      ...{ 'synced.school': 1, 'synced.teachers': { $slice: 1 }, 'synced.students': 1 },
    },
  )
    .sort({ sortKey: 1, _id: 1 })
    .lean<Held[]>();
  const classes = found.filter(isMeetable);
  const homes = homesOf(classes);
  const asked = filter.class ? homesOf(classes.filter(({ _id }) => filter.class?.equals(_id))) : homes;
  const [everybody, teachers] = await Promise.all([
    // Also of other classes: an address with the children of many families is known as such among all students alone.
    Contact.collection
      .find<Student>(
        {
          _id: { $in: [...homes.values()].flatMap(({ students }) => students) },
          account,
          status: 'active',
        },
        { projection: STUDENT, batchSize: BATCH },
      )
      .toArray(),
    Contact.find(
      { _id: { $in: classes.flatMap(({ synced }) => synced.teachers.slice(0, 1)) }, account },
      { firstName: 1, lastName: 1, email: 1 },
    ).lean(),
  ]);
  const reached = await withEmail(account, everybody);
  const nameOf = new Map(teachers.map((teacher) => [teacher._id.toHexString(), contactName(teacher)]));
  const known = new Map(everybody.map((student) => [student._id.toHexString(), student]));
  const lists = [...asked.values()].map(({ held, students }) => ({
    held,
    students: students.flatMap((id) => known.get(id.toHexString()) ?? []),
  }));
  const words = searchWords(filter.q).map(inKey);
  const fits = ({ grade, schools, searchKey }: Student) =>
    (filter.grade === '' || grade === filter.grade) &&
    (!filter.school || schools.some((school) => filter.school?.equals(school))) &&
    words.every((word) => word.test(searchKey));
  const all = lists.flatMap(({ held, students }) =>
    students
      .filter(fits)
      .sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1))
      .map((student) => ({
        student: student._id,
        name: contactName(student),
        grade: student.grade,
        class: held._id,
        className: className(held),
        teacher: nameOf.get(String(held.synced.teachers[0] ?? '')) ?? '',
        hasEmail: reached.has(student),
        hasCode: student.code !== undefined,
        hasNumber: student.numberKey !== '',
      })),
  );
  const without = all.filter(({ hasEmail }) => !hasEmail);
  return {
    rows: filter.who === 'all' ? all : without,
    counts: { '': without.length, all: all.length },
    schools: distinctIds(found.flatMap(({ synced }) => synced.school ?? [])),
    classes: classes.map((held) => ({ id: held._id.toHexString(), name: className(held) })),
    grades: [...new Set(lists.flatMap(({ students }) => students.map(({ grade }) => grade)))]
      .filter(Boolean)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
  };
}

const STUDENT = {
  ...{ firstName: 1, lastName: 1, email: 1, grade: 1, searchKey: 1, sortKey: 1, schools: 1, numberKey: 1 },
  ...{ 'record.id': 1, 'record.also': 1, 'code.at': 1 },
} as const;

/** Each student in one class; classes are in order. */
function homesOf(classes: Held[]): Map<string, { held: Held; students: Types.ObjectId[] }> {
  const homerooms = classes.filter((held) => classType(held) === 'Homeroom');
  const others = classes.filter((held) => classType(held) !== 'Homeroom');
  const homes = new Map(
    classes.map((held) => [held._id.toHexString(), { held, students: [] as Types.ObjectId[] }]),
  );
  const seen = new Set<string>();
  for (const held of [...homerooms, ...others])
    for (const student of held.synced.students) {
      const id = student.toHexString();
      if (seen.has(id)) continue;
      seen.add(id);
      homes.get(held._id.toHexString())?.students.push(student);
    }
  return homes;
}

/** Students whose guardians get a mail to the event's guardians. Others need a letter, for example if the only login is blocked. */
async function withEmail(account: Types.ObjectId, students: Student[]): Promise<Set<Student>> {
  const audience = new Audience(students, await findUnsubscribed(account));
  if (students.length > 0) await findFamilies(account, audience);
  const reached = new Set<Student>();
  for (const { children } of audience.people())
    for (const place of children) if (students[place]) reached.add(students[place]);
  return reached;
}

/** The students whom a form is about: the selected ones, or all that its filters find. */
export async function listChosen(
  event: Pick<Event, '_id' | 'account'>,
  form: LettersForm,
): Promise<Addressee[]> {
  if (form.all) return (await listStudents(event, form)).rows;
  const wanted = new Set(form.ids.map((id) => id.toHexString()));
  if (wanted.size === 0) return [];
  const { rows } = await listStudents(event, {
    who: 'all',
    q: '',
    grade: '',
    ...(form.class ? { class: form.class } : {}),
  });
  return rows.filter(({ student }) => wanted.has(student.toHexString()));
}
