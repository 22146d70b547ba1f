import { searchKey } from '../../models/search-key.js';
import type { CleverClient } from '../client.js';
import type { CleverUser } from '../schema.js';
import { rowOf, teachersOf, type SectionRow } from './read-sections.js';
import { personName } from './read-names.js';

export interface StudentRow {
  name: string;
  grade: string;
  sortKey: string;
}

export interface SectionReading {
  section: SectionRow;
  subject: string;
  term: string;
  teacherNames: string[];
  /** Sorted by last name. */
  students: StudentRow[];
  /** Students and teachers that the section names but the district does not share with us. */
  unsharedStudents: number;
  unsharedTeachers: number;
}

/** One section with its people; null if Clever has no such section. Children's names are read each time and kept nowhere. */
export async function readSection(client: CleverClient, id: string): Promise<SectionReading | null> {
  const section = await client.one('/sections', id);
  if (!section) return null;
  const people = new Map<string, CleverUser>();
  for await (const { objects } of client.pages(`/sections/${id}/users`))
    for (const user of objects) people.set(user.id, user);

  const studentIds = [...new Set(section.students ?? [])];
  const teacherIds = teachersOf(section);
  const students = studentIds.flatMap((student) => people.get(student) ?? []).map(studentRow);
  const teacherNames = teacherIds
    .flatMap((teacher) => people.get(teacher) ?? [])
    .map(({ name }) => personName(name));
  return {
    section: rowOf(section),
    subject: section.subject ?? '',
    term: section.term_id ?? '',
    teacherNames,
    students: students.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1)),
    unsharedStudents: studentIds.length - students.length,
    unsharedTeachers: teacherIds.length - teacherNames.length,
  };
}

function studentRow({ name, roles }: CleverUser): StudentRow {
  return {
    name: personName(name),
    grade: roles?.student?.grade ?? '',
    sortKey: searchKey(name?.last ?? '', name?.first ?? ''),
  };
}
