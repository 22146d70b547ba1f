import type { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import { IdSet } from './id-set.js';
import type { HeldRun } from '../engine/hold-run.js';
import type { HeldWhy } from '../log/say-remark.js';
import { ROLES, type Role } from './compare-ties.js';
import { enoughToLetGo, mustHold } from './judge-removals.js';

/** How many ties are missing, and which documents miss them. */
export class TieSums {
  readonly missing: Record<Role, number> = { students: 0, teachers: 0 };
  /** Of those, how many wait for a person however few they are. */
  readonly alone: Record<Role, number> = { students: 0, teachers: 0 };
  /** How many lists could not be read to their end, so that nobody is missing in them. */
  unreadable = 0;
  readonly targets: Record<Role, IdSet> = { students: new IdSet(), teachers: new IdSet() };
  /** Of those, the ones at which a person looks in any case. */
  readonly emptied: Record<Role, IdSet> = { students: new IdSet(), teachers: new IdSet() };

  /** @param alone of which role a person looks in any case */
  add(target: Types.ObjectId, missing: Record<Role, string[]>, alone: Record<Role, boolean>): void {
    for (const role of ROLES) {
      const { length } = missing[role];
      if (length === 0) continue;
      this.missing[role] += length;
      this.targets[role].add(target.toHexString());
      if (!alone[role]) continue;
      this.alone[role] += length;
      this.emptied[role].add(target.toHexString());
    }
  }
}

/** What the guard says of the missing ties of one role. */
export interface TieVerdict {
  /** All of them wait, as against those alone that do in any case. */
  all: boolean;
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

/** Of those missing in one list, the ones who wait for a person. @param alone a person looks at this list in any case */
export function heldIn(
  { preview }: Pick<HeldRun, 'preview'>,
  { all, held }: TieVerdict,
  missing: string[],
  alone: boolean,
): string[] {
  if (preview) return [];
  return all || (held > 0 && alone) ? missing : [];
}

export interface TieScope {
  /** How the changes of each role are called. */
  kinds: Record<Role, string>;
  /** How many ties were here before the run; it may stop counting at `enough`. */
  countHere: (role: Role, enough: number) => Promise<number>;
  /** `hold`: a person looks at any of them. `let go`: a person chose so. Else the guard decides. */
  verdict?: 'hold' | 'let go' | undefined;
}

/** What the guard says of ties: the same as of records, and that some wait however few. */
export async function judgeTies(
  run: HeldRun,
  sums: TieSums,
  scope: TieScope,
): Promise<Record<Role, TieVerdict>> {
  return {
    students: await judge(run, 'students', sums, scope),
    teachers: await judge(run, 'teachers', sums, scope),
  };
}

async function judge(
  run: HeldRun,
  role: Role,
  sums: TieSums,
  { kinds, countHere, verdict }: TieScope,
): Promise<TieVerdict> {
  const [gone, alone] = [sums.missing[role], sums.alone[role]];
  if (gone === 0 || verdict === 'let go') return { all: false, held: 0, here: 0 };
  const here = await countHere(role, enoughToLetGo(gone));
  const all = { all: true, held: gone, here };
  if (verdict === 'hold') return { ...all, why: 'doubtful' };
  if (mustHold(gone, here)) return { ...all, why: 'many' };
  if (await waitsStill(run, kinds[role], sums.targets[role], sums.emptied[role]))
    return { ...all, here: 0, why: 'undecided' };
  if (alone === 0) return { all: false, held: 0, here: 0 };
  return { all: false, held: alone, here: 0, why: 'emptied' };
}

/**
 * Whether all that waits of a kind is found missing again (`waitStill` says why). What waits however few it is makes no others wait.
 */
async function waitsStill(run: HeldRun, kind: string, targets: IdSet, emptied: IdSet): Promise<boolean> {
  const held = { account: run.account, event: run.event ?? { $exists: false }, state: 'held' as const, kind };
  const waiting = RosterChange.find({ ...held, doubtful: { $exists: false } }, { target: 1 })
    .lean()
    .cursor();
  let found = false;
  for await (const { target } of waiting) {
    if (!targets.has(target.toHexString())) return false;
    found ||= !emptied.has(target.toHexString());
  }
  return found;
}
