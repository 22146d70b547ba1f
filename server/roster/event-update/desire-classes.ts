import type { Types } from 'mongoose';
import type { SyncedClass } from '../../models/class.js';
import { Contact } from '../../models/contact.js';
import { Course } from '../../models/course.js';
import type { EventSync } from '../../models/event.js';
import { Section } from '../../models/section.js';
import { Term } from '../../models/term.js';
import { contentHash } from '../sources/roster-record.js';

/** A class as the mirror says it should be in the event. */
export interface DesiredClass {
  section: Types.ObjectId;
  synced: SyncedClass;
  /** People of the section whom the source does not share. */
  unknown: { teachers: number; students: number };
}

/** What sections refer to, by the source's ids. */
export interface Lookups {
  people: ReadonlyMap<string, Types.ObjectId>;
  courses: ReadonlyMap<string, string>;
  terms: ReadonlyMap<string, string>;
}

const BATCH = 400;

/** The event's classes by its schools and terms, in batches. Memory holds one batch and the account's terms. */
export async function* readDesired(
  account: Types.ObjectId,
  sync: EventSync,
): AsyncGenerator<DesiredClass[], void, undefined> {
  const terms = await termNames(account);
  const cursor = Section.find(sectionsOf(account, sync, [...terms.keys()]))
    .lean()
    .cursor({ batchSize: BATCH });
  let batch: Section[] = [];
  for await (const section of cursor) {
    batch.push(section);
    if (batch.length < BATCH) continue;
    yield await desireBatch(account, batch, terms);
    batch = [];
  }
  if (batch.length > 0) yield await desireBatch(account, batch, terms);
}

export async function countDesired(account: Types.ObjectId, sync: EventSync): Promise<number> {
  const terms = await termNames(account);
  return Section.countDocuments(sectionsOf(account, sync, [...terms.keys()]));
}

/** A section whose term is in no list of terms counts as one without a term. */
function sectionsOf(account: Types.ObjectId, { schools, terms, noTerm }: EventSync, known: string[]) {
  const chosen = { term: { $in: terms.map(({ id }) => id) } };
  return {
    account,
    status: 'active' as const,
    school: { $in: schools },
    ...(noTerm ? { $or: [chosen, { term: { $nin: known } }] } : chosen),
  };
}

async function termNames(account: Types.ObjectId): Promise<Map<string, string>> {
  const terms = await Term.find({ account }, { record: 1, name: 1 }).lean();
  return new Map(terms.map(({ record, name }) => [record.id, name]));
}

async function desireBatch(
  account: Types.ObjectId,
  sections: Section[],
  terms: ReadonlyMap<string, string>,
): Promise<DesiredClass[]> {
  const ids = sections.flatMap(({ teacherIds, studentIds }) => [...teacherIds, ...studentIds]);
  const courseIds = sections.map(({ course }) => course).filter((course) => course !== '');
  const [contacts, courses] = await Promise.all([
    Contact.find(
      { account, 'record.id': { $in: [...new Set(ids)] }, status: 'active' },
      { record: 1 },
    ).lean(),
    Course.find({ account, 'record.id': { $in: [...new Set(courseIds)] } }, { record: 1, name: 1 }).lean(),
  ]);
  const lookups: Lookups = {
    people: new Map(contacts.flatMap(({ _id, record }) => (record ? [[record.id, _id] as const] : []))),
    courses: new Map(courses.map(({ record, name }) => [record.id, name])),
    terms,
  };
  return sections.map((section) => desireClass(section, lookups));
}

/** One section as a class: pure. People whom the source does not share are left out and counted. */
export function desireClass(section: Section, { people, courses, terms }: Lookups): DesiredClass {
  const known = (ids: string[]) => ids.flatMap((id) => people.get(id) ?? []);
  const fields = {
    name: section.name,
    // Clever's subjects are few and fixed; this one is the homeroom.
    type: section.subject.toLowerCase() === 'homeroom/advisory' ? ('Homeroom' as const) : ('Class' as const),
    course: courses.get(section.course) ?? '',
    subject: section.subject,
    period: section.period,
    grade: section.grade,
    term: terms.get(section.term) ?? '',
    school: section.school,
    teachers: known(section.teacherIds),
    students: known(section.studentIds),
  };
  return {
    section: section._id,
    synced: { ...fields, hash: contentHash(fields) },
    unknown: {
      teachers: section.teacherIds.length - fields.teachers.length,
      students: section.studentIds.length - fields.students.length,
    },
  };
}
