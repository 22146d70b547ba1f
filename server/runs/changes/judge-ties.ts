import type { Types } from 'mongoose';
import type { ActiveRun } from '../engine/active-run.js';
import type { HeldWhy } from '../log/say-remark.js';
import { byRole, ROLES, type Role } from './compare-ties.js';
import { findWaiting, mustHoldAll, waits, type Waiting } from './find-waiting.js';
import { enoughToLetGo, mustHold } from './judge-removals.js';

/** A section or class that misses somebody. */
interface Missing {
  target: Types.ObjectId;
  missing: Record<Role, string[]>;
  /** A person looks at the list in any case. */
  alone: Record<Role, boolean>;
}

/** How many ties are missing, and how many of them wait for a person already. */
export class TieSums {
  readonly missing: Record<Role, number> = { students: 0, teachers: 0 };
  /** Of those, how many wait for a person however few they are. */
  readonly alone: Record<Role, number> = { students: 0, teachers: 0 };
  readonly known = byRole(noneKnown);

  constructor(readonly waiting: Record<Role, Waiting>) {}

  /** @param kinds how the changes of each role are called */
  static async begin(run: ActiveRun, kinds: Record<Role, string>): Promise<TieSums> {
    return new TieSums({
      students: await findWaiting(run, kinds.students),
      teachers: await findWaiting(run, kinds.teachers),
    });
  }

  add({ target, missing, alone }: Missing): void {
    for (const role of ROLES) {
      const { length } = missing[role];
      if (length === 0) continue;
      this.missing[role] += length;
      if (alone[role]) this.alone[role] += length;
      const id = target.toHexString();
      if (waits(this.waiting[role], id))
        addKnown(this.known[role], length, this.waiting[role].older.has(id), alone[role]);
    }
  }
}

/** Of the lists that wait already, those that miss somebody still. */
interface KnownSums {
  lists: number;
  /** How many are missing in them, … */
  missing: number;
  /** … in those that older runs hold, … */
  older: number;
  /** … and in those at which a person looks in any case. */
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

/** What the guard says of the missing ties of one role. */
export interface TieVerdict {
  /** All of them wait, … */
  all: boolean;
  /** … or those in these lists; those that do in any case wait besides. */
  waits?: (target: string) => boolean;
  /** How many wait. */
  held: number;
  /** Of how many; 0 where that was not counted. */
  here: number;
  why?: HeldWhy;
}

/** Of one list of which nobody known would be left: what is said of it. */
export interface EmptyList {
  /** Who is missing in it. */
  missing: readonly string[];
  /** It names people, none of whom is known. */
  isOfUnknown: boolean;
  /** Appointments are with the class. */
  isBooked: boolean;
}

/**
 * Whether a list of which nobody known would be left waits for a person, however few it loses (data.md: ties count). A single student
 * who leaves a class that is theirs alone is no doubt: such classes end that way. A single teacher is: most classes have one, so that
 * a spoilt list of teachers looks no other way.
 */
export function isDoubtful(role: Role, { missing, isOfUnknown, isBooked }: EmptyList): boolean {
  if (missing.length === 0) return false;
  return isOfUnknown || isBooked || role === 'teachers' || missing.length > 1;
}

/** Of those missing in one list, the ones who wait for a person. A preview holds nobody. */
export function heldIn(
  { preview }: Pick<ActiveRun, 'preview'>,
  role: Role,
  { all, held, waits }: TieVerdict,
  { target, missing, alone }: Missing,
): string[] {
  if (preview) return [];
  return all || (held > 0 && alone[role]) || waits?.(target.toHexString()) ? missing[role] : [];
}

export interface TieScope {
  /** How many ties were here before the run; it may stop counting at `enough`. */
  countHere: (role: Role, enough: number) => Promise<number>;
  /** `hold`: a person looks at any of them. `let go`: a person chose so. Else the guard decides. */
  verdict?: 'hold' | 'let go' | undefined;
}

/** What the guard says of ties: the same as of records, and that some wait however few. */
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
  if (gone === 0 || verdict === 'let go') return { all: false, held: 0, here: 0 };
  const here = await countHere(role, enoughToLetGo(gone));
  const all = { all: true, held: gone, here };
  if (verdict === 'hold') return { ...all, why: 'doubtful' };
  const [waiting, known] = [sums.waiting[role], sums.known[role]];
  if (mustHoldAll(waiting, { gone, known: known.older, here })) return { ...all, why: 'many' };
  if (mustHold(gone, here) || waitStill(waiting, known)) {
    const held = known.missing + alone - known.alone;
    return { all: false, waits: (target) => waits(waiting, target), held, here: 0, why: 'undecided' };
  }
  if (alone === 0) return { all: false, held: 0, here: 0 };
  return { all: false, held: alone, here: 0, why: 'emptied' };
}

/**
 * Whether every list that waits misses somebody still. Where others are back whole, a handful is no question; lists at which a person
 * looks in any case make no others wait.
 */
function waitStill({ older, own }: Waiting, { lists, missing, alone }: KnownSums): boolean {
  const all = new Set([...older.keys(), ...own.keys()]).size;
  return all > 0 && lists === all && missing > alone;
}
