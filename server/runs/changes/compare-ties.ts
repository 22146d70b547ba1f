import { IdSet } from './id-set.js';
import { IdCounts } from './count-ids.js';

/** Who is in a section or a class, by id. */
export interface Ties {
  students: readonly string[];
  teachers: readonly string[];
}

export const ROLES = ['students', 'teachers'] as const;
export type Role = (typeof ROLES)[number];

export function byRole<T>(of: (role: Role) => T): Record<Role, T> {
  return { students: of('students'), teachers: of('teachers') };
}

/** Whether somebody is here. The ties of somebody who left go with them and do not count as lost. */
export type IsHere = (role: Role, id: string) => boolean;

export const NO_TIES: Ties = { students: [], teachers: [] };

/**
 * Compares the ties of a whole roster before and after, section by section. Who has moved to another class is known only once every section
 * has been seen, so sections that lose somebody are set aside until then.
 */
export class TieWatch {
  /** Keys of the sections that lose somebody. */
  readonly losing = new IdSet();
  /** Keys of the sections whose newcomers are counted. */
  readonly #met = new IdSet();
  readonly #gained = byRole(() => new IdCounts());

  /** Compares one section. @returns whether it loses somebody who is here */
  look(key: string, before: Ties, now: Ties, isHere: IsHere): boolean {
    this.gain(key, before, now);
    const loses = ROLES.some((role) => lostOf(role, before, now, isHere).length > 0);
    if (loses) this.losing.add(key);
    return loses;
  }

  /** Notes who joins a section, once however often the section is looked at. */
  gain(key: string, before: Ties, now: Ties): void {
    if (!this.#met.add(key)) return;
    for (const role of ROLES) {
      const had = new Set(before[role]);
      for (const id of new Set(now[role])) if (!had.has(id)) this.#gained[role].add(id);
    }
  }

  /** Starts another pass over the sections that lose somebody; it must go in the same order as the others. */
  restart(): void {
    for (const role of ROLES) this.#gained[role].restore();
  }

  /** Of the people a section loses, those who have not moved to another one. Ask once for each section and pass. */
  missing(before: Ties, now: Ties, isHere: IsHere): Record<Role, string[]> {
    return byRole((role) => lostOf(role, before, now, isHere).filter((id) => !this.#gained[role].take(id)));
  }
}

/** Who is here and was in the section, and is in it no longer. */
export function lostOf(role: Role, before: Ties, now: Ties, isHere: IsHere): string[] {
  const there = new Set(now[role]);
  return [...new Set(before[role])].filter((id) => !there.has(id) && isHere(role, id));
}
