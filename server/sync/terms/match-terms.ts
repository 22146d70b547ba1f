import type { EventSync } from '../../models/event.js';
import { sameName, type MirrorTerm } from '../update/select-sections.js';

export type ChosenTerm = EventSync['terms'][number];

/**
 * Why a term may be the one that an event should have now: it looks like a chosen term that is gone, the event's days are in it, it
 * overlaps with a term that is gone, or it runs today.
 */
export type Likeness = 'looks' | 'days' | 'overlap' | 'today';

export interface TermMatch {
  term: MirrorTerm;
  why: Likeness;
  /** The missing term that it looks like or overlaps with. */
  instead?: ChosenTerm;
  /** Whether no other term can be meant. */
  sure: boolean;
}

/** Local days, YYYY-MM-DD. */
export interface Days {
  /** The event's days, ascending. */
  days: readonly string[];
  today: string;
}

/**
 * Finds terms that may stand for chosen ones that are gone. If each of those has exactly one that looks like it, these alone; else all that
 * may be meant, for a person to choose from. None for an event that is over, as its classes are last year's.
 * @param others terms that have sections for the event and are not chosen
 */
export function matchTerms(
  gone: readonly ChosenTerm[],
  others: readonly MirrorTerm[],
  { days, today }: Days,
): TermMatch[] {
  if (gone.length === 0 || (days.at(-1) ?? '') < today) return [];
  const alike = gone.map((lost) => others.filter((term) => sameName(term, lost) && !isOlder(term, lost)));
  const sure = new Set(alike.flatMap((found) => (found.length === 1 ? found : [])));
  if (alike.every(({ length }) => length === 1) && sure.size === gone.length)
    return others.flatMap((term) => (sure.has(term) ? matchOf(term, gone, { days, today }, true) : []));
  return others.flatMap((term) => matchOf(term, gone, { days, today }, sure.has(term)));
}

function matchOf(
  term: MirrorTerm,
  gone: readonly ChosenTerm[],
  { days, today }: Days,
  sure: boolean,
): TermMatch[] {
  const like = gone.find((lost) => sameName(term, lost) && !isOlder(term, lost));
  if (like) return [{ term, why: 'looks', instead: like, sure }];
  if (overlaps(term, days[0] ?? '', days.at(-1) ?? '')) return [{ term, why: 'days', sure: false }];
  const over = gone.find(({ start, end }) => overlaps(term, start, end));
  if (over) return [{ term, why: 'overlap', instead: over, sure: false }];
  return overlaps(term, today, today) ? [{ term, why: 'today', sure: false }] : [];
}

/** Term names repeat every year: a term that had ended before the other began cannot follow it. */
function isOlder(term: MirrorTerm, than: ChosenTerm): boolean {
  return term.end !== '' && than.start !== '' && term.end < than.start;
}

function overlaps({ start, end }: MirrorTerm, from: string, to: string): boolean {
  return [start, end, from, to].every((day) => day !== '') && start <= to && end >= from;
}
