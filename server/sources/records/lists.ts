import type { ListPath } from '../../clever/schema.js';
import type { CleverKinds } from '../../models/account.js';

/** The lists of a district that a refresh reads, each a chain of pages. */
export const LIST_NAMES = [
  'schools',
  'terms',
  'courses',
  'sections',
  'students',
  'teachers',
  'staff',
  'contacts',
] as const;
export type ListName = (typeof LIST_NAMES)[number];

interface List {
  path: ListPath;
  query?: { role: string };
  /** What the run's counts and log call one record. */
  kind: string;
  /** What sentences call them. */
  plural: string;
}

export const LISTS: Record<ListName, List> = {
  schools: { path: '/schools', kind: 'school', plural: 'schools' },
  terms: { path: '/terms', kind: 'term', plural: 'terms' },
  courses: { path: '/courses', kind: 'course', plural: 'courses' },
  sections: { path: '/sections', kind: 'section', plural: 'sections' },
  students: { path: '/users', query: { role: 'student' }, kind: 'student', plural: 'students' },
  teachers: { path: '/users', query: { role: 'teacher' }, kind: 'teacher', plural: 'teachers' },
  staff: { path: '/users', query: { role: 'staff' }, kind: 'staff', plural: 'staff' },
  contacts: { path: '/users', query: { role: 'contact' }, kind: 'guardian', plural: 'guardians' },
};

/** If a person has several roles, the first of these gives the contact's type. */
export const PEOPLE_LISTS = ['students', 'teachers', 'staff', 'contacts'] as const;

/** Without any of these there is nothing to sync. */
export const MAIN_LISTS = ['sections', 'students', 'teachers'] as const;

export type PeopleList = (typeof PEOPLE_LISTS)[number];

/** The lists that an account reads that syncs these kinds. */
export function listsFor(kinds: CleverKinds): ListName[] {
  return LIST_NAMES.filter((name) => !(name in kinds) || kinds[name as keyof CleverKinds]);
}

export function isPeopleList(name: ListName): name is PeopleList {
  return (PEOPLE_LISTS as readonly ListName[]).includes(name);
}
