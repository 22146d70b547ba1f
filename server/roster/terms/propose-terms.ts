import type { QueryFilter, Types } from 'mongoose';
import { Class } from '../../models/class.js';
import type { Event, EventSync } from '../../models/event.js';
import { RosterChange } from '../../models/roster-change.js';
import { Section } from '../../models/section.js';
import { dayOf } from '../../web/local-time.js';
import { storedMirror, type MirrorTerm } from '../event-update/mirror.js';
import { lostTerms, looksLike } from '../event-update/select-sections.js';
import { matchTerms, type ChosenTerm, type Likeness } from './match-terms.js';

/** A term that an event should take. */
export interface TermProposal {
  term: MirrorTerm;
  /** Classes of the event moved into it; or it may stand for chosen ones that are gone. */
  why: 'moved' | Likeness;
  /** The chosen term whose place it seems to take. */
  instead?: ChosenTerm;
  /** Classes of the event that moved into it; else sections in it that would come. */
  count: number;
  sure: boolean;
}

type Proposing = Pick<Event, '_id' | 'account' | 'sync' | 'days' | 'timeZone'>;
type Counts = ReadonlyMap<string, number>;

/**
 * Terms that an event should take though they are not among its chosen ones: Clever's term ids are not stable, and a new school
 * year may come as the same sections in another term, or with all ids new. First those into which classes of the event moved; then,
 * where nothing of its chosen terms is at the source any more, those that may stand for them.
 */
export async function proposeTerms(event: Proposing, now: Date): Promise<TermProposal[]> {
  const { account, sync } = event;
  if (!sync || sync.terms.length === 0) return [];
  const terms = await storedMirror(account).terms();
  const here = await countHere(event, sync);
  const moved = proposeMoved(sync, terms, here.classes);
  const allGone =
    sync.terms.every(({ id }) => !here.sections.has(id)) && (await areGone(account, sync, terms));
  if (!allGone) return moved;
  const when = { days: event.days, today: dayOf(now, event.timeZone) };
  return [...moved, ...proposeOthers(sync, terms, here.sections, moved, when)];
}

function proposeMoved(sync: EventSync, terms: readonly MirrorTerm[], classes: Counts): TermProposal[] {
  const chosen = new Set(sync.terms.map(({ id }) => id));
  const lost = lostTerms(sync, terms);
  return terms
    .filter(({ id, status }) => status === 'active' && !chosen.has(id) && classes.has(id))
    .map((term): TermProposal => {
      const instead = lost.find((gone) => looksLike(term, gone)) ?? (lost.length === 1 ? lost[0] : undefined);
      const count = classes.get(term.id) ?? 0;
      return { term, why: 'moved', count, sure: true, ...(instead ? { instead } : {}) };
    })
    .sort((a, b) => b.count - a.count);
}

function proposeOthers(
  sync: EventSync,
  terms: readonly MirrorTerm[],
  sections: Counts,
  moved: readonly TermProposal[],
  when: Parameters<typeof matchTerms>[2],
): TermProposal[] {
  const taken = new Set(moved.map(({ term }) => term.id));
  const followed = new Set(moved.map(({ instead }) => instead?.id));
  return matchTerms(
    sync.terms.filter(({ id }) => !followed.has(id)),
    terms.filter(({ id, status }) => status === 'active' && sections.has(id) && !taken.has(id)),
    when,
  ).map((match) => ({ ...match, count: sections.get(match.term.id) ?? 0 }));
}

/**
 * By term: the sections of the event's classes, and all of its schools. One whose removal waits for somebody is not at the source
 * any more.
 */
async function countHere({ _id, account }: Proposing, { schools }: EventSync) {
  const held: Types.ObjectId[] = await RosterChange.distinct('target', {
    account,
    state: 'held',
    kind: 'section',
  });
  const waiting = new Set(held.map((id) => id.toHexString()));
  const classes: Types.ObjectId[] = await Class.distinct('section', {
    event: _id,
    status: 'active',
    section: { $type: 'objectId' },
  });
  const active = { account, status: 'active' as const };
  return {
    classes: await countByTerm({
      ...active,
      _id: { $in: classes.filter((id) => !waiting.has(id.toHexString())) },
    }),
    sections: await countByTerm({
      ...active,
      school: { $in: schools },
      ...(held.length > 0 ? { _id: { $nin: held } } : {}),
    }),
  };
}

async function countByTerm(of: QueryFilter<Section>): Promise<Counts> {
  const counts = await Section.aggregate<{ _id: string; count: number }>([
    { $match: of },
    { $group: { _id: '$term', count: { $sum: 1 } } },
  ]);
  return new Map(counts.map(({ _id, count }) => [_id, count]));
}

/** Whether each of an event's chosen terms, none of which has sections for it now, is gone or had some: one yet to be filled is there. */
async function areGone(
  account: Types.ObjectId,
  sync: EventSync,
  terms: readonly MirrorTerm[],
): Promise<boolean> {
  const lost = new Set(lostTerms(sync, terms).map(({ id }) => id));
  const empty = sync.terms.map(({ id }) => id).filter((id) => !lost.has(id));
  if (empty.length === 0) return true;
  const had: string[] = await Section.distinct('term', {
    account,
    status: { $in: ['active', 'archived'] },
    school: { $in: sync.schools },
    term: { $in: empty },
  });
  return had.length === empty.length;
}
