import { beginsInKey, searchKey, searchWords } from '../../models/search-key.js';
import type { NamesReading } from './read-names.js';
import type { SectionRow } from './read-sections.js';
import type { ListQuery, Sort } from './schema.js';

/** A section as the list shows it. */
export interface ShownSection {
  id: string;
  name: string;
  course: string;
  period: string;
  school: string;
  /** Names, the primary teacher first; how many more are not shared is counted beside them. */
  teachers: string[];
  unsharedTeachers: number;
  students: number;
}

/** Finds and sorts sections that were read. Each word of the search must begin a word of name, course, period or teacher. */
export function findSections(
  rows: SectionRow[],
  names: NamesReading,
  schools: Map<string, string>,
  { q, sort }: Pick<ListQuery, 'q' | 'sort'>,
): ShownSection[] {
  const words = searchWords(q).map(beginsInKey);
  const found = rows
    .map((row) => shown(row, names, schools))
    .map((section) => ({ section, key: searchKey(section.name) }))
    .filter(({ section }) => words.length === 0 || matches(section, words));
  return found.sort(comparer(sort)).map(({ section }) => section);
}

function shown(row: SectionRow, names: NamesReading, schools: Map<string, string>): ShownSection {
  const teachers = row.teachers.flatMap((id) => names.teachers.get(id) ?? []);
  return {
    id: row.id,
    name: row.name || 'Section without a name',
    course: names.courses.get(row.course) ?? '',
    period: row.period,
    school: schools.get(row.school) ?? '',
    teachers,
    unsharedTeachers: row.teachers.length - teachers.length,
    students: row.students,
  };
}

function matches(section: ShownSection, words: RegExp[]): boolean {
  const { name, course, period, teachers } = section;
  const texts = [name, course, period, ...teachers].map((text) => searchKey(text));
  return words.every((word) => texts.some((text) => word.test(text)));
}

interface Keyed {
  section: ShownSection;
  key: string;
}

function comparer(sort: Sort): (a: Keyed, b: Keyed) => number {
  const byName = (a: Keyed, b: Keyed): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  const byCount = (a: Keyed, b: Keyed): number => a.section.students - b.section.students || byName(a, b);
  const compare = sort.endsWith('name') ? byName : byCount;
  return sort.startsWith('-') ? (a, b) => compare(b, a) : compare;
}
