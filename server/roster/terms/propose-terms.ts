import type { Types } from 'mongoose';
import { Class } from '../../models/class.js';
import type { Event, EventSync } from '../../models/event.js';
import { Section } from '../../models/section.js';
import { storedMirror, type MirrorTerm } from '../event-update/mirror.js';
import { lostTerms, looksLike } from '../event-update/select-sections.js';

/** A term that an event should take, as classes of it are there now. */
export interface TermProposal {
  term: MirrorTerm;
  /** The chosen term whose place it seems to take; absent where the chosen ones are all there still. */
  instead?: EventSync['terms'][number];
  /** Classes of the event whose section is in it. */
  classes: number;
}

/**
 * Terms into which classes of an event have moved although they are not among those it takes: Clever's term ids are not stable, and
 * a new school year may come as the same sections in another term. Only classes that are in the event now are looked at.
 */
export async function proposeTerms(event: Pick<Event, '_id' | 'account' | 'sync'>): Promise<TermProposal[]> {
  const { sync } = event;
  if (!sync || sync.terms.length === 0) return [];
  const terms = await storedMirror(event.account).terms();
  const lost = lostTerms(sync, terms);
  const moved = await movedInto(event, sync, terms);
  return terms
    .filter(({ id, status }) => status === 'active' && moved.has(id))
    .map((term) => {
      const instead = lost.find((gone) => looksLike(term, gone)) ?? (lost.length === 1 ? lost[0] : undefined);
      return { term, classes: moved.get(term.id) ?? 0, ...(instead ? { instead } : {}) };
    })
    .sort((a, b) => b.classes - a.classes);
}

/** Classes of the event by the term of their section, where that is none that the event takes. */
async function movedInto(
  event: Pick<Event, '_id' | 'account'>,
  sync: EventSync,
  terms: readonly MirrorTerm[],
): Promise<Map<string, number>> {
  const chosen = new Set(sync.terms.map(({ id }) => id));
  const others = terms.map(({ id }) => id).filter((id) => !chosen.has(id));
  if (others.length === 0) return new Map();
  const sections: Types.ObjectId[] = await Class.distinct('section', {
    event: event._id,
    status: 'active',
    section: { $type: 'objectId' },
  });
  const counts = await Section.aggregate<{ _id: string; count: number }>([
    { $match: { _id: { $in: sections }, account: event.account, status: 'active', term: { $in: others } } },
    { $group: { _id: '$term', count: { $sum: 1 } } },
  ]);
  return new Map(counts.map(({ _id, count }) => [_id, count]));
}
