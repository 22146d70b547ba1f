import type { CleverSection } from '../../clever/schema.js';
import {
  type CleverLists,
  dateOf,
  DISTRICT,
  hasSchool,
  schoolOf,
  sectionId,
  studentId,
} from './clever-lists.js';
import { cleanDate } from '../../sources/records/clean-text.js';
import { addId } from '../records/add-once.js';
import { keepTies, LostEnrollments } from '../records/keep-ties.js';
import { textIn, UNREAD } from '../records/keep-unread.js';
import { readTable } from '../../tables/read-table.js';
import type { Row } from '../../tables/reading.js';
import { derivedId, recordId } from '../records/record-id.js';
import type { FromFile, KnownRoster } from '../records/roster-files.js';
import { relieve, Ties } from '../records/resolve-ties.js';
import { teachIn, UNREADABLE } from '../records/teach-in.js';

/** Reads sections.csv, with the courses and terms in its rows. */
export async function readSections(lists: CleverLists, known: KnownRoster): Promise<void> {
  const { reading, sections, teachers } = lists;
  const ties = new Ties(reading, known, 'teachers', teachers, 'teacher');
  const unread = new Map<FromFile<CleverSection>, TermParts>();
  for await (const row of readTable(reading, 'sections', sections.onLeftOut(sectionId))) {
    const id = sectionId(row);
    if (!hasSchool(lists, row)) {
      sections.leftOut.add(id);
      continue;
    }
    const fresh = sectionOf(lists, row);
    const section = sections.add(row, 'Section_id', fresh);
    if (!section) continue;
    if (section === fresh && isTermUnread(row)) unread.set(section, partsOf(row));
    const join = (teacher: string): void => teachIn(section, teacher);
    for (const [field, teacher] of teachersOf(row))
      ties.add(row, field, 'teacher', recordId('teacher', teacher), join, () => {
        join(UNREADABLE);
      });
    if (TEACHERS.some((field) => row.hasLost(field)) || row.of('Teacher_id') === '') join(UNREADABLE);
    await relieve(ties);
  }
  await ties.resolve();
  findTerms(lists, unread);
}

const TEACHERS = [
  'Teacher_id',
  ...Array.from({ length: 9 }, (_, index) => `Teacher_${String(index + 2)}_id`),
];

function teachersOf(row: Row): [string, string][] {
  return TEACHERS.map((field): [string, string] => [field, row.of(field)]).filter(([, id]) => id !== '');
}

function sectionOf(lists: CleverLists, row: Row): FromFile<CleverSection> {
  return {
    id: sectionId(row),
    district: DISTRICT,
    school: schoolOf(lists, row),
    name: calledAs(lists, row),
    sis_id: row.of('Section_id'),
    section_number: row.of('Section_number'),
    grade: textIn(row, 'Grade'),
    period: row.of('Period'),
    subject: row.of('Subject'),
    course: courseOf(lists, row),
    term_id: termOf(lists, row),
    students: [],
    ...(isTermUnread(row) ? { slotbell: { termUnread: true as const } } : {}),
  };
}

/** The name of a section; without one, its course's name or its id. */
function calledAs({ reading, sections }: CleverLists, row: Row): string {
  const name = row.of('Name') || row.of('Course_name');
  if (name !== '' || sections.objects.has(sectionId(row))) return name;
  const called = row.of('Section_id');
  reading.notesOf(row.file).add('Name', 'no name', row.line, '', called);
  return called;
}

/**
 * Finds terms for sections whose term cannot be read: the only term of that name, or, if the name is lost, of those dates; if no row has
 * the dates, a term without dates. The files then do not tell which other terms exist.
 * @param unread what can be read of their terms, by section
 */
function findTerms(lists: CleverLists, unread: ReadonlyMap<FromFile<CleverSection>, TermParts>): void {
  if (unread.size === 0) return;
  const { terms } = lists;
  terms.unreadable = true;
  // If several terms share a key, it identifies none of them.
  const keyed = new Map<string, string | undefined>();
  const add = (key: string, id: string) => keyed.set(key, keyed.has(key) ? undefined : id);
  for (const { id, name, start_date, end_date } of terms.objects.values()) {
    add(nameKey(name ?? ''), id);
    add(datesKey(start_date ?? '', end_date ?? ''), id);
  }
  for (const [section, { name, start, end }] of unread) {
    // Another row of the section has named a term.
    if (section.term_id) continue;
    const key = name ? nameKey(name) : datesKey(start, end);
    if (!keyed.has(key)) section.term_id = name ? termFrom(lists, name, start, end) : '';
    else if (keyed.get(key)) section.term_id = keyed.get(key);
  }
}

const nameKey = (name: string): string => `name ${name.toLowerCase()}`;
const datesKey = (start: string, end: string): string => `dates ${start} ${end}`;

interface TermParts {
  name: string;
  start: string;
  end: string;
}

function partsOf(row: Row): TermParts {
  const date = (field: string) => cleanDate(row.of(field));
  return { name: row.of('Term_name'), start: date('Term_start'), end: date('Term_end') };
}

function isTermUnread(row: Row): boolean {
  const isBad = (field: string) =>
    row.hasLost(field) || (row.of(field) !== '' && cleanDate(row.of(field)) === '');
  return row.hasLost('Term_name') || isBad('Term_start') || isBad('Term_end');
}

/** The course that a section's row names, added at its first mention; '' for none. An unreadable course is not added. */
function courseOf({ courses }: CleverLists, row: Row): string {
  if (row.hasLost('Course_name') || row.hasLost('Course_number')) {
    courses.unreadable = true;
    return UNREAD;
  }
  const name = row.of('Course_name');
  const number = row.of('Course_number');
  if (!name && !number) return '';
  const id = derivedId('course', number, name);
  courses.objects.set(id, courses.objects.get(id) ?? { id, district: DISTRICT, name, number });
  return id;
}

/** The term that a section's row names; '' for none. The same name with other dates is another term. */
function termOf(lists: CleverLists, row: Row): string {
  const { reading, sections } = lists;
  const name = row.of('Term_name');
  const again = sections.objects.has(sectionId(row));
  const start = dateOf(reading, row, 'Term_start', again);
  const end = dateOf(reading, row, 'Term_end', again);
  if (start !== '' && end !== '' && end < start && !again)
    reading.note(row, 'Term_end', { code: 'ends before it starts', start: 'Term_start' });
  return isTermUnread(row) ? '' : termFrom(lists, name, start, end);
}

function termFrom({ terms }: CleverLists, name: string, start: string, end: string): string {
  if (!name && !start && !end) return '';
  const id = derivedId('term', name, start, end);
  terms.objects.set(
    id,
    terms.objects.get(id) ?? { id, district: DISTRICT, name, start_date: start, end_date: end },
  );
  return id;
}

/** Reads enrollments.csv: the students of the sections. */
export async function readEnrollments(
  { reading, sections, students }: CleverLists,
  known: KnownRoster,
): Promise<void> {
  const classes = new Ties(reading, known, 'sections', sections, 'enrollment');
  const pupils = new Ties(reading, known, 'students', students, 'enrollment');
  const lost = new LostEnrollments();
  let slips = 0;
  let rows = 0;
  for await (const row of readTable(reading, 'enrollments', () => (slips += 1))) {
    rows += 1;
    const enrol = (id: string) => {
      const list = sections.objects.get(id)?.students;
      if (!list) return;
      const join = (student: string): void => {
        addId(list, student);
      };
      pupils.add(row, 'Student_id', 'student', studentId(row), join, () => lost.classes.add(id));
    };
    classes.add(row, 'Section_id', 'section', sectionId(row), enrol, () => {
      lost.ofNoClass = true;
    });
    await relieve(classes, pupils);
  }
  await classes.resolve();
  await pupils.resolve();
  if (sections.objects.size > 0) reading.noteNoRows('enrollments');
  // A file without rows does not mean that everybody left.
  keepTies(slips > 0 || rows === 0 ? sections.objects.values() : lost.in(sections.objects));
}
