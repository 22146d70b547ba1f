import { CLASS_TYPES, type ClassType } from '../models/class.js';
import { inKey, searchKey, searchWords } from '../models/search-key.js';
import type { Choice, Teacher } from './load-teachers.js';

/** How teachers are filtered; '' means any. */
export interface TeacherFilter {
  q: string;
  /** A school's id. */
  school: string;
  grade: string;
  type: ClassType | '';
}

export const EVERY_TEACHER: TeacherFilter = { q: '', school: '', grade: '', type: '' };

export function filterTeachers(teachers: Teacher[], filter: TeacherFilter): Teacher[] {
  const words = searchWords(filter.q).map(inKey);
  return teachers.filter(
    (teacher) =>
      words.every((word) => word.test(teacher.searchKey) || word.test(searchKey(teacher.email))) &&
      (filter.school === '' || teacher.schools.has(filter.school)) &&
      (filter.grade === '' || teacher.grades.has(filter.grade)) &&
      (filter.type === '' || teacher.types.has(filter.type)),
  );
}

/** The grades and class types of these teachers, to choose from. */
export function choicesOf(teachers: Teacher[]): { grades: Choice[]; types: Choice[] } {
  const grades = [...new Set(teachers.flatMap((teacher) => [...teacher.grades]))];
  const types = new Set(teachers.flatMap((teacher) => [...teacher.types]));
  return {
    grades: grades
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .map((grade) => ({ value: grade, label: grade })),
    types: CLASS_TYPES.filter((type) => types.has(type)).map((type) => ({
      value: type,
      label: type === 'Hide' ? 'Hidden' : type,
    })),
  };
}
