import type { Types } from 'mongoose';
import type { ActiveRun } from '../engine/active-run.js';
import type { WithheldWhy } from '../log/say-remark.js';
import { byRole, ROLES, type Role } from './compare-ties.js';
import { findWaiting, mustWithholdAll, waits, type Waiting } from './find-waiting.js';
import { enoughToLetGo, mustWithhold } from './judge-removals.js';

/** A section or class that misses somebody. */
interface Missing {
  target: Types.ObjectId;
  missing: Record<Role, string[]>;
  /** Whether a person must look at the list in any case. */
  alone: Record<Role, boolean>;
  /** How many more it loses whom a person has seen leave it, and let go. */
  seen?: Record<Role, number>;
}

/** Counts how many ties are missing, and how many of them already wait for a person. */
export class TieSums {
  readonly missing: Record<Role, number> = { students: 0, teachers: 0 };
  /** How many go because a person has let them go; they are not among the missing. */
  readonly seen: Record<Role, number> = { students: 0, teachers: 0 };
  /** How many of the missing wait however few they are. */
  readonly alone: Record<Role, number> = { students: 0, teachers: 0 };
  readonly known = byRole(noneKnown);

  readonly waiting: Record<Role, { older: Map<string, number>; own: Map<string, number> }>;

  constructor(waiting: Record<Role, Waiting>) {
    this.waiting = byRole((role) => ({
      older: new Map(waiting[role].older),
      own: new Map(waiting[role].own),
    }));
  }

  /** @param kinds what the changes of each role are called */
  static async begin(run: ActiveRun, kinds: Record<Role, string>): Promise<TieSums> {
    return new TieSums({
      students: await findWaiting(run, kinds.students),
      teachers: await findWaiting(run, kinds.teachers),
    });
  }

  add({ target, missing, alone, seen }: Missing): void {
    for (const role of ROLES) {
      const { length } = missing[role];
      const id = target.toHexString();
      if (seen?.[role]) {
        this.seen[role] += seen[role];
        this.#leave(role, id, length);
      }
      if (length === 0) continue;
      this.missing[role] += length;
      if (alone[role]) this.alone[role] += length;
      if (waits(this.waiting[role], id))
        addKnown(this.known[role], length, this.waiting[role].older.has(id), alone[role]);
    }
  }

  /**
   * Of a list that waits, only those still wait whom nobody has seen leave. Otherwise it would look as if the source had the others again, and
   * what waits besides would go with them.
   */
  #leave(role: Role, id: string, most: number): void {
    for (const waiting of Object.values(this.waiting[role])) {
      const size = waiting.get(id);
      if (size === undefined) continue;
      if (most === 0) waiting.delete(id);
      else waiting.set(id, Math.min(size, most));
    }
  }
}

/** The lists that already wait and still miss somebody. */
interface KnownSums {
  lists: number;
  /** How many are missing in all of them. */
  missing: number;
  /** How many are missing in those that earlier runs withhold. */
  older: number;
  /** How many are missing in those that a person must look at in any case. */
  alone: number;
}

function noneKnown(): KnownSums {
  return { lists: 0, missing: 0, older: 0, alone: 0 };
}

function addKnown(sums: KnownSums, missing: number, isOlder: boolean, isAlone: boolean): void {
  sums.lists += 1;
  sums.missing += missing;
  if (isOlder) sums.older += missing;
  if (isAlone) sums.alone += missing;
}

/** The guard's verdict on the missing ties of one role. */
export interface TieVerdict {
  /** Whether all of them wait. */
  all: boolean;
  /** Which lists wait, where not all do; lists that a person must look at wait in any case. */
  waits?: (target: string) => boolean;
  /** How many ties wait. */
  withheld: number;
  /** How many ties are here; 0 if that was not counted. */
  here: number;
  why?: WithheldWhy;
}

/** What is known of a list that would lose everybody who is known. */
export interface EmptyList {
  /** Who is missing from it. */
  missing: readonly string[];
  /** Whether it names people, none of whom is known. */
  isOfUnknown: boolean;
  /** Whether appointments belong to the class. */
  isBooked: boolean;
}

/**
 * Whether a list that would lose everybody who is known waits for a person, however few it loses. A student who leaves a class of one is no
 * doubt: such classes end that way. A lone teacher is: most classes have one teacher, and a damaged list of teachers looks the same.
 */
export function isDoubtful(role: Role, { missing, isOfUnknown, isBooked }: EmptyList): boolean {
  if (missing.length === 0) return false;
  return isOfUnknown || isBooked || role === 'teachers' || missing.length > 1;
}

/** Of the people missing from one list, those who wait for a person. A preview withholds nobody. */
export function withheldIn(
  { preview }: Pick<ActiveRun, 'preview'>,
  role: Role,
  { all, withheld, waits }: TieVerdict,
  { target, missing, alone }: Missing,
): string[] {
  if (preview) return [];
  return all || (withheld > 0 && alone[role]) || waits?.(target.toHexString()) ? missing[role] : [];
}

export interface TieScope {
  /** How many ties were here before the run; counting may stop at `enough`. */
  countHere: (role: Role, enough: number) => Promise<number>;
  /** `withhold`: a person looks at all of them. `let go`: a person decided so. Absent: the guard decides. */
  verdict?: 'withhold' | 'let go' | undefined;
}

/** Judges ties by the guard's rule for records; besides, some lists wait however few they lose. */
export async function judgeTies(
  run: ActiveRun,
  sums: TieSums,
  scope: TieScope,
): Promise<Record<Role, TieVerdict>> {
  return {
    students: await judge(run, 'students', sums, scope),
    teachers: await judge(run, 'teachers', sums, scope),
  };
}

async function judge(
  run: ActiveRun,
  role: Role,
  sums: TieSums,
  { countHere, verdict }: TieScope,
): Promise<TieVerdict> {
  const [gone, alone] = [sums.missing[role], sums.alone[role]];
  if (gone === 0 || verdict === 'let go') return { all: false, withheld: 0, here: 0 };
  const here = await countHere(role, enoughToLetGo(gone));
  const all = { all: true, withheld: gone, here };
  if (verdict === 'withhold') return { ...all, why: 'doubtful' };
  const [waiting, known] = [sums.waiting[role], sums.known[role]];
  if (mustWithholdAll(waiting, { gone, known: known.older, here })) return { ...all, why: 'many' };
  if (mustWithhold(gone, here) || waitStill(waiting, known)) {
    const withheld = known.missing + alone - known.alone;
    return { all: false, waits: (target) => waits(waiting, target), withheld, here: 0, why: 'undecided' };
  }
  if (alone === 0) return { all: false, withheld: 0, here: 0 };
  return { all: false, withheld: alone, here: 0, why: 'emptied' };
}

/**
 * Whether every list that waits still misses somebody. Where others are whole again, a few missing people need no decision. Lists that a
 * person must look at in any case make no others wait.
 */
function waitStill({ older, own }: Waiting, { lists, missing, alone }: KnownSums): boolean {
  const all = new Set([...older.keys(), ...own.keys()]).size;
  return all > 0 && lists === all && missing > alone;
}
