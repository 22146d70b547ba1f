import type { QueryFilter, Types } from 'mongoose';
import type { EventSync } from '../../models/event.js';
import type { Section } from '../../models/section.js';
import { searchKey } from '../../models/search-key.js';
import type { Term } from '../../models/term.js';

export type MirrorTerm = Pick<Term, 'name' | 'start' | 'end' | 'status'> & { id: string };

/** Which sections: of these schools, and of these terms or without a known term. */
export interface Selection {
  schools: Types.ObjectId[];
  terms: string[];
  /** Whether sections are included whose term is not in `known`. */
  noTerm: boolean;
  known: string[];
}

/**
 * The sections that an event takes. A section whose term the source does not have, or no longer has, counts as one without a term, as in
 * the Importer and the data browser.
 */
export function selectionOf({ schools, terms, noTerm }: EventSync, known: readonly MirrorTerm[]): Selection {
  const here = known.filter(({ status }) => status === 'active');
  return { schools, terms: terms.map(({ id }) => id), noTerm, known: here.map(({ id }) => id) };
}

/**
 * The sections that an event keeps although their term is not chosen, as Clever's term ids are not stable. If a chosen term is gone,
 * classes whose section now names a similar term, or none, stay; new ones of that term come only once somebody chooses it. Undefined if no
 * chosen term is gone.
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

/** Chosen terms that the source no longer has, as they were called when they were chosen. */
export function lostTerms(sync: EventSync, known: readonly MirrorTerm[]): EventSync['terms'] {
  const here = new Set(known.filter(({ status }) => status === 'active').map(({ id }) => id));
  return sync.terms.filter(({ id }) => !here.has(id));
}

/** Whether two terms have the same name, or the same two dates. */
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
  // Separate branches, so that each uses an index.
  return {
    $or: [
      { ...here, term: { $in: terms } },
      { ...here, otherTerms: { $in: terms, $exists: true } },
      ...(noTerm ? [{ ...here, term: { $nin: known } }] : []),
    ],
  };
}

/** Whether a single section is selected. */
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
