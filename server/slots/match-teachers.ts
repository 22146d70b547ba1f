import { searchKey } from '../models/search-key.js';
import { numberKey } from '../models/security-value.js';
import type { Teacher } from './load-teachers.js';

/** Longest list that is read, in lines; a larger school than any has fewer teachers. */
export const MOST_LINES = 1000;

export interface Matched<T> {
  found: { teacher: Teacher; line: T }[];
  /** Lines that name nobody here. */
  unknown: T[];
  /** Lines that name more than one. */
  several: T[];
}

/**
 * Finds whom the lines of a pasted list name: by email, by number, or by name in either order ("Ann Lee", "Lee, Ann", "Lee" where
 * there is one). What names several is not guessed. Linear in both lists.
 * @param nameIn what of a line names the teacher
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
 * Whom a form names, in boxes and in its pasted list.
 * @param ids the boxes', which may name somebody who is none of the teachers
 * @returns the ids of all, and the lines that name nobody, or several
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

/** The lines of a pasted text that say something. */
export function linesOf(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, MOST_LINES);
}

/** A name without its comma, its title's point and doubled spaces: as it is looked up. */
function nameKey(text: string): string {
  return searchKey(text.replace(/[,;.]/g, ' '));
}
