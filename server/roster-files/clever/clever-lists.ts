import type {
  CleverCourse,
  CleverSchool,
  CleverSection,
  CleverTerm,
  CleverUser,
} from '../../clever/schema.js';
import { cleanDate } from '../../sources/records/clean-text.js';
import { CleverContacts } from './collect-clever-contacts.js';
import { Collected } from '../records/collect-objects.js';
import type { Reading, Row } from '../../tables/reading.js';
import { recordId } from '../records/record-id.js';

export const DISTRICT = 'files';

export const schoolId = (row: Row): string => recordId('school', row.of('School_id'));
export const sectionId = (row: Row): string => recordId('class', row.of('Section_id'));
export const studentId = (row: Row): string => recordId('student', row.of('Student_id'));

/** The lists of Clever's own files while they are read. */
export class CleverLists {
  readonly schools: Collected<CleverSchool>;
  readonly terms: Collected<CleverTerm>;
  readonly courses: Collected<CleverCourse>;
  readonly sections: Collected<CleverSection>;
  readonly students: Collected<CleverUser>;
  readonly teachers: Collected<CleverUser>;
  readonly staff: Collected<CleverUser>;
  readonly contacts: CleverContacts;

  constructor(readonly reading: Reading) {
    this.schools = new Collected(reading);
    this.terms = new Collected(reading);
    this.courses = new Collected(reading);
    this.sections = new Collected(reading);
    this.students = new Collected(reading);
    this.teachers = new Collected(reading);
    this.staff = new Collected(reading);
    this.contacts = new CleverContacts(reading);
  }
}

/** The school that a row names. */
export const schoolOf = ({ schools }: CleverLists, row: Row): string => schools.idOf(schoolId(row));

/** Whether the row's school is in the files; a row of another school is left out. */
export function hasSchool({ reading, schools }: CleverLists, row: Row): boolean {
  const id = schools.idOf(schoolId(row));
  if (schools.objects.has(id) || schools.leftOut.has(id)) return true;
  reading.note(row, 'School_id', {
    code: 'unknown id',
    ...{ cell: row.of('School_id'), of: 'school', lost: 'row' },
  });
  return false;
}

/** A date as YYYY-MM-DD; '' if it is not one, which is noted unless `quiet`. */
export function dateOf(reading: Reading, row: Row, field: string, quiet: boolean): string {
  const value = row.of(field);
  const date = cleanDate(value);
  if (value !== '' && date === '' && !quiet) reading.note(row, field, { code: 'not a date', cell: value });
  return date;
}
