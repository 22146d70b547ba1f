import type { Types } from 'mongoose';
import { Class, hashClass, type ClassEdits, type SyncedClass } from '../../models/class.js';
import type { Event, EventSync } from '../../models/event.js';
import type { Section } from '../../models/section.js';
import type { Ties } from '../../runs/changes/compare-ties.js';
import { markOf } from '../../runs/changes/withhold-ties.js';
import { distinctIds } from '../../web/lists.js';
import type { Mirror } from './mirror.js';
import { heirsOf, isSelected, selectionOf, type MirrorTerm } from './select-sections.js';

/** A class as the mirror says it should be in the event. */
export interface DerivedClass {
  section: Types.ObjectId;
  synced: SyncedClass;
  /** The edits of a new class; a person may change them. */
  edits: ClassEdits;
  /** Ids of people in the section whom the source does not share. */
  unknown: Ties;
  /** Why an empty list of its section needs no decision: somebody accepted it, or everybody is in other sections instead. */
  answered?: 'accepted' | 'moved';
  /** The fingerprint (`markOf`) of the people at the source: while it is the same, some of its people stay because somebody said so. */
  keptFor?: string;
}

/** What the sections refer to, by the source's ids. */
export interface Lookups {
  people: ReadonlyMap<string, Types.ObjectId>;
  courses: ReadonlyMap<string, string>;
  terms: ReadonlyMap<string, string>;
}

/** The event's classes by its schools and terms, in batches. Memory holds one batch and the account's terms. */
export async function* deriveClasses(
  mirror: Mirror,
  event: Pick<Event, '_id'>,
  sync: EventSync,
): AsyncGenerator<DerivedClass[], void, undefined> {
  const terms = await mirror.terms();
  const selection = selectionOf(sync, terms);
  for await (const batch of mirror.sections(selection)) yield await deriveBatch(mirror, batch, terms);
  const heirs = heirsOf(sync, terms);
  if (!heirs) return;
  for await (const batch of mirror.sections(heirs)) {
    // Sections of a chosen term that is gone count as sections without a term.
    const others = batch.filter((section) => !isSelected(section, selection));
    const known = await knownOf(event, others);
    yield await deriveBatch(mirror, known, terms);
  }
}

/** The sections that are classes of the event already, including deleted ones. */
async function knownOf(event: Pick<Event, '_id'>, sections: Section[]): Promise<Section[]> {
  const ids = sections.map(({ _id }) => _id);
  const classes = await Class.find(
    { event: event._id, section: { $in: ids }, status: { $ne: 'gone' } },
    { section: 1 },
  ).lean();
  const known = new Set(classes.map(({ section }) => section?.toHexString()));
  return sections.filter(({ _id }) => known.has(_id.toHexString()));
}

export async function countDerived(mirror: Mirror, sync: EventSync): Promise<number> {
  return mirror.count(selectionOf(sync, await mirror.terms()));
}

async function deriveBatch(
  mirror: Mirror,
  sections: Section[],
  terms: readonly MirrorTerm[],
): Promise<DerivedClass[]> {
  if (sections.length === 0) return [];
  const ids = sections.flatMap(({ teacherIds, studentIds }) => [...teacherIds, ...studentIds]);
  const courseIds = sections.map(({ course }) => course).filter((course) => course !== '');
  const [people, courses] = await Promise.all([
    mirror.people([...new Set(ids)]),
    mirror.courses([...new Set(courseIds)]),
  ]);
  const lookups: Lookups = { people, courses, terms: new Map(terms.map(({ id, name }) => [id, name])) };
  return sections.map((section) => deriveClass(section, lookups));
}

/** One section as a class; pure. People whom the source does not share are left out and counted; nobody counts twice. */
function deriveClass(section: Section, { people, courses, terms }: Lookups): DerivedClass {
  const known = (ids: string[]) => ids.flatMap((id) => people.get(id) ?? []);
  const unknown = (ids: string[]) => ids.filter((id) => !people.has(id));
  const [teachers, students] = [known(section.teacherIds), known(section.studentIds)];
  const fields = {
    name: section.name,
    // Clever has a short fixed list of subjects; this one is the homeroom.
    type: section.subject.toLowerCase() === 'homeroom/advisory' ? ('Homeroom' as const) : ('Class' as const),
    course: courses.get(section.course) ?? '',
    subject: section.subject,
    period: section.period,
    grade: section.grade,
    term: terms.get(section.term) ?? '',
    school: section.school,
    // Two records that somebody merged are one person.
    teachers: distinctIds(teachers),
    students: distinctIds(students),
  };
  return {
    section: section._id,
    synced: { ...fields, hash: hashClass(fields) },
    edits: section.allowed === undefined ? {} : { allowed: section.allowed },
    unknown: {
      teachers: unknown(section.teacherIds),
      students: unknown(section.studentIds),
    },
    ...answerOf(section),
  };
}

function answerOf({ record, studentIds, teacherIds }: Section): Pick<DerivedClass, 'answered'> {
  const { acceptedFor, movedFor } = record;
  if (acceptedFor === undefined && movedFor === undefined) return {};
  const mark = markOf({ students: studentIds, teachers: teacherIds });
  if (acceptedFor === mark) return { answered: 'accepted' };
  return movedFor === mark ? { answered: 'moved' } : {};
}
