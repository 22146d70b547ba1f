import type { Types } from 'mongoose';
import { isGuardian, recordIds, type HandTie, type Relation } from '../models/contact.js';
import { BATCH } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { inKey, searchWords } from '../models/search-key.js';
import { distinctIds, groupBy } from '../web/lists.js';
import { findNamed } from './find-named.js';
import type { Child, Unbooked } from './list-unbooked.js';

/** Children without an appointment who have a guardian or a login's household in common. */
export interface UnbookedFamily {
  children: Child[];
  /** A brother or sister has an appointment. */
  hasBooked: boolean;
  /** The people that the roster names: guardians, or otherwise whoever is named. */
  contacts: Types.ObjectId[];
  /** Parents' logins. */
  adults: Types.ObjectId[];
}

/** Somebody who is named for more children is an agency or a placeholder, so the children are no siblings. */
const MOST_CHILDREN = 15;

interface Named {
  _id: Types.ObjectId;
  relations: Relation[];
  tied?: HandTie[];
  searchKey: string;
}

/** A student in a tie that somebody at the school made; the roster's ties have record ids. */
const byHand = (student: string) => `id ${student}`;

function tiesOf({ relations, tied = [] }: Named): Relation[] {
  const made = tied.map(({ student, relationship }) => ({
    student: byHand(student.toHexString()),
    relationship,
    type: '',
  }));
  return [...relations, ...made];
}

/**
 * The families of the children without an appointment, by the first child's name.
 * @param q words of a child's or a guardian's name; '' for everybody
 */
export async function groupFamilies(
  account: Types.ObjectId,
  { without, booked, bookedRecords }: Unbooked,
  q: string,
): Promise<UnbookedFamily[]> {
  const childOf = new Map(
    without.flatMap((child, index) =>
      [...recordIds(child), byHand(child._id.toHexString())].map((id) => [id, index]),
    ),
  );
  const indexOf = new Map(without.map(({ _id }, index) => [_id.toHexString(), index]));
  const people = findNamed<Named>(
    account,
    without,
    { relations: 1, tied: 1, ...(q ? { searchKey: 1 } : {}) },
    BATCH,
  );
  const [named, households] = await Promise.all([
    people.toArray(),
    Household.collection
      .find<Pick<Household, 'adults' | 'children'>>(
        { account, 'children.student': { $in: without.map(({ _id }) => _id) } },
        { projection: { _id: 0, adults: 1, 'children.student': 1 }, batchSize: BATCH },
      )
      .toArray(),
  ]);
  const metBefore = new Set([...bookedRecords, ...[...booked].map(byHand)]);
  const families = new Families(without.length);
  const tied: Tied[] = without.map(() => ({ guardians: [], others: [], adults: [], called: '', met: false }));

  for (const person of named) {
    const { _id, searchKey } = person;
    const relations = tiesOf(person);
    const guarded = new Set(relations.filter(isGuardian).map(({ student }) => student));
    const children = distinctChildren(guarded, childOf);
    const isFamily = guarded.size <= MOST_CHILDREN;
    const isMet = isFamily && [...guarded].some((student) => metBefore.has(student));
    if (isFamily) families.join(children);
    for (const index of children) note(tied[index], 'guardians', _id, searchKey, isMet);
    const others = relations.filter((tie) => !isGuardian(tie)).map(({ student }) => student);
    for (const index of distinctChildren(others, childOf)) note(tied[index], 'others', _id, searchKey, false);
  }
  for (const { adults, children } of households) {
    const known = children.map(({ student }) => student.toHexString());
    const own = known.flatMap((id) => indexOf.get(id) ?? []);
    const isMet = known.some((id) => booked.has(id));
    families.join(own);
    for (const index of own) for (const adult of adults) note(tied[index], 'adults', adult, '', isMet);
  }

  const words = searchWords(q).map(inKey);
  return families
    .groups()
    .map((members) => familyOf(members, without, tied))
    .filter(({ called }) => words.every((word) => word.test(called)))
    .map(({ family }) => family);
}

/** The people named for a child, and the keys under which the child's family is found. */
interface Tied {
  guardians: Types.ObjectId[];
  others: Types.ObjectId[];
  adults: Types.ObjectId[];
  called: string;
  met: boolean;
}

function note(
  child: Tied | undefined,
  list: 'guardians' | 'others' | 'adults',
  id: Types.ObjectId,
  called: string,
  met: boolean,
): void {
  if (!child) return;
  child[list].push(id);
  child.called += ` ${called}`;
  child.met ||= met;
}

function distinctChildren(students: Iterable<string>, childOf: Map<string, number>): number[] {
  return [...new Set([...students].flatMap((student) => childOf.get(student) ?? []))];
}

function familyOf(members: number[], without: Child[], tied: Tied[]) {
  const children = members.flatMap((index) => without[index] ?? []);
  const ties = members.flatMap((index) => tied[index] ?? []);
  const guardians = distinctIds(ties.flatMap((tie) => tie.guardians));
  const family: UnbookedFamily = {
    children,
    hasBooked: ties.some(({ met }) => met),
    contacts: guardians.length > 0 ? guardians : distinctIds(ties.flatMap(({ others }) => others)),
    adults: distinctIds(ties.flatMap(({ adults }) => adults)),
  };
  const called = [...children.map(({ searchKey }) => searchKey), ...ties.map((tie) => tie.called)].join(' ');
  return { family, called };
}

/** Which people belong together, each given by its place in a list. */
class Families {
  private readonly above: number[];

  constructor(size: number) {
    this.above = Array.from({ length: size }, (_, index) => index);
  }

  join([first, ...others]: number[]): void {
    if (first === undefined) return;
    for (const other of others) {
      const [a, b] = [this.firstOf(first), this.firstOf(other)];
      this.above[Math.max(a, b)] = Math.min(a, b);
    }
  }

  /** The groups in the order of their first members. */
  groups(): number[][] {
    const members = this.above.map((_, index) => index);
    return [...groupBy(members, (index) => this.firstOf(index)).values()];
  }

  private firstOf(index: number): number {
    let at = index;
    for (let up = this.above[at] ?? at; up !== at; up = this.above[at] ?? at) {
      this.above[at] = this.above[up] ?? up;
      at = this.above[at] ?? at;
    }
    return at;
  }
}
