import type { QueryFilter, Types } from 'mongoose';
import type { EventSync } from '../../models/event.js';
import type { Section } from '../../models/section.js';
import { searchKey } from '../../models/scoped.js';
import type { Term } from '../../models/term.js';

export type MirrorTerm = Pick<Term, 'name' | 'start' | 'end' | 'status'> & { id: string };

/** Which sections: of these schools, and of these terms or of none that is known. */
export interface Selection {
  schools: Types.ObjectId[];
  terms: string[];
  /** Whether sections come whose term is none of `known`. */
  noTerm: boolean;
  known: string[];
}

/**
 * What an event takes. A section whose term the source does not have, or has no more, counts as one without a term, as the Importer
 * and the data browser count it.
 */
export function selectionOf({ schools, terms, noTerm }: EventSync, known: readonly MirrorTerm[]): Selection {
  const here = known.filter(({ status }) => status === 'active');
  return { schools, terms: terms.map(({ id }) => id), noTerm, known: here.map(({ id }) => id) };
}

/**
 * What an event keeps of its classes although their term is not chosen: Clever's term ids are not stable. Where a chosen term is
 * gone, classes whose section now names a term that looks like it, or none, stay; new ones of that term do not come before
 * somebody chooses it. Undefined where nothing of the kind is the case.
 */
export function heirsOf(sync: EventSync, known: readonly MirrorTerm[]): Selection | undefined {
  const gone = lostTerms(sync, known);
  if (gone.length === 0) return undefined;
  const chosen = new Set(sync.terms.map(({ id }) => id));
  const heirs = known.filter(
    (term) => term.status === 'active' && !chosen.has(term.id) && gone.some((lost) => looksLike(term, lost)),
  );
  const selection = selectionOf(sync, known);
  return { ...selection, terms: heirs.map(({ id }) => id), noTerm: !sync.noTerm };
}

/** Chosen terms that the source has no more, as they were called when they were chosen. */
export function lostTerms(sync: EventSync, known: readonly MirrorTerm[]): EventSync['terms'] {
  const here = new Set(known.filter(({ status }) => status === 'active').map(({ id }) => id));
  return sync.terms.filter(({ id }) => !here.has(id));
}

/** The same name, or the same two dates. */
export function looksLike(
  one: Pick<MirrorTerm, 'name' | 'start' | 'end'>,
  other: Pick<MirrorTerm, 'name' | 'start' | 'end'>,
): boolean {
  if (sameName(one, other)) return true;
  return one.start !== '' && one.end !== '' && one.start === other.start && one.end === other.end;
}

export function sameName(one: Pick<MirrorTerm, 'name'>, other: Pick<MirrorTerm, 'name'>): boolean {
  const name = searchKey(one.name);
  return name !== '' && name === searchKey(other.name);
}

export function queryOf(account: Types.ObjectId, selection: Selection): QueryFilter<Section> {
  const { schools, terms, noTerm, known } = selection;
  const here = { account, status: 'active' as const, school: { $in: schools } };
  // Branches of their own, so that each has an index.
  return {
    $or: [
      { ...here, term: { $in: terms } },
      { ...here, otherTerms: { $in: terms, $exists: true } },
      ...(noTerm ? [{ ...here, term: { $nin: known } }] : []),
    ],
  };
}

/** The same question asked of one section. */
export function isSelected(
  section: Pick<Section, 'status' | 'school' | 'term' | 'otherTerms'>,
  { schools, terms, noTerm, known }: Selection,
): boolean {
  return (
    section.status === 'active' &&
    schools.some((school) => school.equals(section.school)) &&
    ([section.term, ...(section.otherTerms ?? [])].some((term) => terms.includes(term)) ||
      (noTerm && !known.includes(section.term)))
  );
}
