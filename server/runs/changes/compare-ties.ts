import { IdSet } from './id-set.js';
import { IdCounts } from './count-ids.js';

/** Who is in a section or a class, by ids. */
export interface Ties {
  students: readonly string[];
  teachers: readonly string[];
}

export const ROLES = ['students', 'teachers'] as const;
export type Role = (typeof ROLES)[number];

export function byRole<T>(of: (role: Role) => T): Record<Role, T> {
  return { students: of('students'), teachers: of('teachers') };
}

/** Whether somebody is here; who left takes their ties along, and that is no loss of its own. */
export type IsHere = (role: Role, id: string) => boolean;

export const NO_TIES: Ties = { students: [], teachers: [] };

/**
 * The ties of a whole roster before and after, section by section. Ties that come can be told only once all sections were seen, so
 * those that lose somebody are put aside until then: whoever is in another class instead has moved.
 */
export class TieWatch {
  /** Keys of those that lose somebody. */
  readonly losing = new IdSet();
  /** Those whose newcomers are counted. */
  readonly #met = new IdSet();
  readonly #gained = byRole(() => new IdCounts());

  /** Compares one of them. @returns whether it loses somebody who is here */
  look(key: string, before: Ties, now: Ties, isHere: IsHere): boolean {
    this.gain(key, before, now);
    const loses = ROLES.some((role) => lostOf(role, before, now, isHere).length > 0);
    if (loses) this.losing.add(key);
    return loses;
  }

  /** Notes who comes into one of them, once however often it is looked at. */
  gain(key: string, before: Ties, now: Ties): void {
    if (!this.#met.add(key)) return;
    for (const role of ROLES) {
      const had = new Set(before[role]);
      for (const id of new Set(now[role])) if (!had.has(id)) this.#gained[role].add(id);
    }
  }

  /** Begins another walk over those that lose somebody, in the same order as any other. */
  restart(): void {
    for (const role of ROLES) this.#gained[role].restore();
  }

  /** Of whom one of them loses, those who have not moved to another one. To be asked once a walk. */
  missing(before: Ties, now: Ties, isHere: IsHere): Record<Role, string[]> {
    return byRole((role) => lostOf(role, before, now, isHere).filter((id) => !this.#gained[role].take(id)));
  }
}

/** Who is here and was in it, and is in it no more. */
export function lostOf(role: Role, before: Ties, now: Ties, isHere: IsHere): string[] {
  const there = new Set(now[role]);
  return [...new Set(before[role])].filter((id) => !there.has(id) && isHere(role, id));
}
