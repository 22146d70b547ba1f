import type { CleverCourse, CleverSection, CleverTerm } from '../../clever/schema.js';
import type { Course } from '../../models/course.js';
import type { RosterSection } from '../../models/section.js';
import type { Term } from '../../models/term.js';
import { cleanDate, cleanId, cleanIds, cleanText, isSpoilt, isSpoiltDate, isSpoiltId } from './clean-text.js';
import type { MatchedSchools } from './map-clever-person.js';
import { rosterRecord, type Mapped } from './roster-record.js';

export type RosterTerm = Pick<Term, 'name' | 'start' | 'end'>;
export type RosterCourse = Pick<Course, 'name' | 'number'>;

/** Facts of a section that its record may hold in unreadable form. */
export type SpoiltFact = 'term' | 'course' | 'grade';

/** `outside`: the section belongs to a school that is not matched. */
export type SectionMapped =
  | (Mapped<RosterSection> & {
      unsure?: readonly ('students' | 'teachers')[];
      spoilt?: readonly SpoiltFact[];
    })
  | { ok: false; id: string; reason: 'outside' };

/** Maps a Clever section for the mirror. People, term and course stay Clever's ids: they may not be shared, or come later. */
export function mapCleverSection(section: CleverSection, schools: MatchedSchools): SectionMapped {
  const id = cleanId(section.id);
  const schoolId = isSpoiltId(section.school) ? '' : cleanId(section.school);
  if (!id) return { ok: false, id: '', reason: 'bad id' };
  if (!schoolId) return { ok: false, id, reason: 'no school' };
  const school = schools.get(schoolId);
  if (!school) return { ok: false, id, reason: 'outside' };
  const [primary, ...others] = cleanIds([section.teacher, ...cleanIds(section.teachers)]);
  const fields: RosterSection = {
    school,
    name: cleanText(section.name),
    subject: cleanText(section.subject),
    period: cleanText(section.period),
    grade: isSpoilt(section.grade) ? '' : cleanText(section.grade),
    number: cleanText(section.section_number),
    course: isSpoiltId(section.course) ? '' : cleanId(section.course),
    term: isSpoiltId(section.term_id) ? '' : cleanId(section.term_id),
    // Clever promises no order beyond the primary teacher: the same people in another order are no change.
    teacherIds: primary ? [primary, ...others.sort()] : [],
    studentIds: cleanIds(section.students).sort(),
  };
  const unsure = unsureOf(section);
  const spoilt = spoiltIn(section);
  return {
    ok: true,
    record: rosterRecord(id, fields),
    ...(unsure.length > 0 ? { unsure } : {}),
    ...(spoilt.length > 0 ? { spoilt } : {}),
  };
}

function spoiltIn({ term_id, course, grade }: CleverSection): SpoiltFact[] {
  return [
    ...(isSpoiltId(term_id) ? (['term'] as const) : []),
    ...(isSpoiltId(course) ? (['course'] as const) : []),
    ...(isSpoilt(grade) ? (['grade'] as const) : []),
  ];
}

/** Its lists that are not lists or hold an unreadable id, so that they do not tell who else is in it. */
function unsureOf({ students, teacher, teachers }: CleverSection): ('students' | 'teachers')[] {
  const isOther = (list: unknown) =>
    Array.isArray(list) ? list.some((id) => cleanId(id) === '') : Boolean(list);
  return [
    ...(isOther(students) ? (['students'] as const) : []),
    ...(isOther(teachers) || (Boolean(teacher) && cleanId(teacher) === '') ? (['teachers'] as const) : []),
  ];
}

/** The dates of a term that cannot be read. */
export function spoiltDates({ start_date, end_date }: CleverTerm): ('start' | 'end')[] {
  return [
    ...(isSpoiltDate(start_date) ? (['start'] as const) : []),
    ...(isSpoiltDate(end_date) ? (['end'] as const) : []),
  ];
}

export function mapCleverTerm(term: CleverTerm): Mapped<RosterTerm> {
  const id = cleanId(term.id);
  if (!id) return { ok: false, id: '', reason: 'bad id' };
  const fields = {
    name: cleanText(term.name),
    start: cleanDate(term.start_date),
    end: cleanDate(term.end_date),
  };
  return { ok: true, record: rosterRecord(id, fields) };
}

export function mapCleverCourse(course: CleverCourse): Mapped<RosterCourse> {
  const id = cleanId(course.id);
  if (!id) return { ok: false, id: '', reason: 'bad id' };
  return {
    ok: true,
    record: rosterRecord(id, { name: cleanText(course.name), number: cleanText(course.number) }),
  };
}
