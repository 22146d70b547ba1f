import type { Role } from './compare-ties.js';

/** What changes of ties are called, and where the lists are stored. */
export interface TieKinds {
  kinds: Record<Role, string>;
  paths: Record<Role, string>;
}

/** Who is in the mirror's sections. */
export const SECTION_TIES: TieKinds = {
  kinds: { students: 'sectionStudents', teachers: 'sectionTeachers' },
  paths: { students: 'studentIds', teachers: 'teacherIds' },
};

/** Who is in an event's classes. */
export const CLASS_TIES: TieKinds = {
  kinds: { students: 'classStudents', teachers: 'classTeachers' },
  paths: { students: 'synced.students', teachers: 'synced.teachers' },
};

export const TIE_KINDS: readonly string[] = [SECTION_TIES, CLASS_TIES].flatMap(({ kinds }) =>
  Object.values(kinds),
);
