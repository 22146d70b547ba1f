import type { CleverSection, CleverUser } from '../../clever/schema.js';
import type { Collected } from '../records/collect-objects.js';
import { isDelete } from '../../tables/check-row.js';
import type { Row } from '../../tables/reading.js';
import { recordId } from '../records/record-id.js';

/** pickAtime's files name no school: everything belongs to this one. */
export const OWN_SCHOOL = 'school:own';
export const DISTRICT = 'files';

/** The lists of pickAtime's files while they are read. */
export interface PickatimeLists {
  students: Collected<CleverUser>;
  teachers: Collected<CleverUser>;
  sections: Collected<CleverSection>;
  contacts: Collected<CleverUser>;
}

export const studentId = (row: Row): string => recordId('student', row.of('StudentID'));
export const teacherId = (row: Row): string => recordId('teacher', row.of('TeacherID'));
export const classId = (row: Row): string => recordId('class', row.of('ClassID'));
export const parentId = (row: Row): string => recordId('parent', row.of('ParentID'));
export const removes = (row: Row): boolean => isDelete(row.of('Action'));

export function nameOf(row: Row): { first: string; last: string } {
  return { first: row.of('First'), last: row.of('Last') };
}
