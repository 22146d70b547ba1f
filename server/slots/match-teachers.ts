import { searchKey } from '../models/search-key.js';
import { numberKey } from '../models/security-value.js';
import type { Teacher } from './load-teachers.js';

/** The most lines of a list that are read. Even a large school has fewer teachers. */
const MOST_LINES = 1000;

export interface Matched<T> {
  found: { teacher: Teacher; line: T }[];
  /** Lines that match nobody here. */
  unknown: T[];
  /** Lines that match more than one teacher. */
  several: T[];
}

/**
 * Finds the teachers that the lines of a pasted list name: by email, by number, or by name in either order ("Ann Lee", "Lee, Ann", or "Lee"
 * where there is only one). A line that matches several is not guessed. Linear in both lists.
 * @param nameIn the part of a line that names the teacher
 */
export function matchTeachers<T>(teachers: Teacher[], lines: T[], nameIn: (line: T) => string): Matched<T> {
  const byKey = new Map<string, Set<Teacher>>();
  const add = (key: string, teacher: Teacher) => {
    const held = byKey.get(key);
    if (held) held.add(teacher);
    else byKey.set(key, new Set([teacher]));
  };
  const lastNames = new Map<string, Set<Teacher>>();
  for (const teacher of teachers) {
    const { firstName, lastName, email, schoolId, name } = teacher;
    if (email) add(`email ${email.toLowerCase()}`, teacher);
    if (schoolId) add(`number ${numberKey(schoolId)}`, teacher);
    for (const called of [name, `${firstName} ${lastName}`, `${lastName} ${firstName}`])
      if (called.trim()) add(`name ${nameKey(called)}`, teacher);
    const last = nameKey(lastName);
    if (last) lastNames.set(last, (lastNames.get(last) ?? new Set()).add(teacher));
  }
  const matched: Matched<T> = { found: [], unknown: [], several: [] };
  for (const line of lines) {
    const text = nameIn(line).trim();
    const hits =
      byKey.get(`email ${text.toLowerCase()}`) ??
      byKey.get(`number ${numberKey(text)}`) ??
      byKey.get(`name ${nameKey(text)}`) ??
      lastNames.get(nameKey(text));
    const [teacher] = hits ?? [];
    if (!hits || !teacher) matched.unknown.push(line);
    else if (hits.size > 1) matched.several.push(line);
    else matched.found.push({ teacher, line });
  }
  return matched;
}

/**
 * The teachers that a form names with its boxes and its pasted list.
 * @param ids from the boxes; some may belong to no teacher
 * @returns the ids of all teachers, and the lines that match nobody or several
 */
export function nameTeachers(
  teachers: Teacher[],
  ids: { toHexString(): string }[],
  list: string,
): { ids: Set<string>; unknown: string[]; several: string[] } {
  const { found, unknown, several } = matchTeachers(teachers, linesOf(list), (line) => line);
  const all = [...ids, ...found.map(({ teacher }) => teacher._id)];
  return { ids: new Set(all.map((id) => id.toHexString())), unknown, several };
}

/** The lines of a pasted text that are not empty. */
export function linesOf(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, MOST_LINES);
}

/** A name for looking up: without its comma, the point of its title and double spaces. */
function nameKey(text: string): string {
  return searchKey(text.replace(/[,;.]/g, ' '));
}
