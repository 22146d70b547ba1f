import type { QueryFilter, Types } from 'mongoose';
import { Class } from '../../models/class.js';
import type { Event, EventSync } from '../../models/event.js';
import { RosterChange } from '../../models/roster-change.js';
import { Section } from '../../models/section.js';
import { dayOf } from '../../web/local-time.js';
import { storedMirror } from '../update/mirror.js';
import { lostTerms, sameName, type MirrorTerm } from '../update/select-sections.js';
import { matchTerms, type ChosenTerm, type Likeness } from './match-terms.js';

/** A term that an event should take. */
export interface TermProposal {
  term: MirrorTerm;
  /** Classes of the event moved into it, or it may stand for chosen terms that are gone. */
  why: 'moved' | Likeness;
  /** The chosen term that it seems to replace. */
  instead?: ChosenTerm;
  /** The event's classes that moved into it, or the sections that it would bring. */
  count: number;
  sure: boolean;
}

type Proposing = Pick<Event, '_id' | 'account' | 'sync' | 'days' | 'timeZone'>;
type Counts = ReadonlyMap<string, number>;

/**
 * Finds terms that an event should have although they are not chosen: Clever's term ids are not stable, and a new school year may come as
 * the same sections in another term, or with all ids new. Terms into which classes of the event moved come first; if the source has none of
 * the chosen terms any more, those that may stand for them follow.
 */
export async function proposeTerms(event: Proposing, now: Date): Promise<TermProposal[]> {
  const { account, sync } = event;
  if (!sync || sync.terms.length === 0) return [];
  const chosen = new Set(sync.terms.map(({ id }) => id));
  const terms = await storedMirror(account).terms();
  const others = terms.filter(({ id, status }) => status === 'active' && !chosen.has(id));
  if (others.length === 0) return [];
  const withheld = await findWithheldSections(account);
  const lost = lostTerms(sync, terms);
  const here = sectionsHere(account, sync, withheld);
  const named = new Set<string>(
    await Section.distinct('term', { ...here, term: { $in: lost.map(({ id }) => id) } }),
  );
  const left = lost.filter(({ id }) => !named.has(id));
  const moved = proposeMoved(others, left, await countClasses(event, withheld));
  if (await Section.exists({ ...here, term: { $in: [...chosen] } })) return moved;
  if (!(await areGone(account, sync, lost))) return moved;
  const when = { days: event.days, today: dayOf(now, event.timeZone) };
  return [...moved, ...proposeOthers(sync, others, await countByTerm(here), moved, when)];
}

/** @param others terms that exist and are not chosen; @param lost chosen terms that are gone and that no section names any more */
function proposeMoved(
  others: readonly MirrorTerm[],
  lost: readonly ChosenTerm[],
  classes: Counts,
): TermProposal[] {
  return others
    .filter(({ id }) => classes.has(id))
    .map((term): TermProposal => {
      const instead = lost.find((gone) => sameName(term, gone)) ?? (lost.length === 1 ? lost[0] : undefined);
      const count = classes.get(term.id) ?? 0;
      return { term, why: 'moved', count, sure: true, ...(instead ? { instead } : {}) };
    })
    .sort((a, b) => b.count - a.count);
}

function proposeOthers(
  sync: EventSync,
  others: readonly MirrorTerm[],
  sections: Counts,
  moved: readonly TermProposal[],
  when: Parameters<typeof matchTerms>[2],
): TermProposal[] {
  const taken = new Set(moved.map(({ term }) => term.id));
  const followed = new Set(moved.map(({ instead }) => instead?.id));
  return matchTerms(
    sync.terms.filter(({ id }) => !followed.has(id)),
    others.filter(({ id }) => sections.has(id) && !taken.has(id)),
    when,
  ).map((match) => ({ ...match, count: sections.get(match.term.id) ?? 0 }));
}

/** Sections whose removal waits for a decision: the source no longer has them. */
function findWithheldSections(account: Types.ObjectId): Promise<Types.ObjectId[]> {
  return RosterChange.distinct('target', { account, state: 'withheld', kind: 'section' });
}

/** The sections of the event's schools. */
function sectionsHere(account: Types.ObjectId, { schools }: EventSync, withheld: readonly Types.ObjectId[]) {
  return {
    account,
    status: 'active' as const,
    school: { $in: schools },
    ...(withheld.length > 0 ? { _id: { $nin: [...withheld] } } : {}),
  };
}

/** The event's classes, by the term of their section. */
async function countClasses(
  { _id, account }: Proposing,
  withheld: readonly Types.ObjectId[],
): Promise<Counts> {
  const waiting = new Set(withheld.map((id) => id.toHexString()));
  const sections: Types.ObjectId[] = await Class.distinct('section', {
    event: _id,
    status: 'active',
    section: { $type: 'objectId' },
  });
  const here = sections.filter((id) => !waiting.has(id.toHexString()));
  return countByTerm({ account, status: 'active', _id: { $in: here } });
}

async function countByTerm(of: QueryFilter<Section>): Promise<Counts> {
  const counts = await Section.aggregate<{ _id: string; count: number }>([
    { $match: of },
    { $group: { _id: '$term', count: { $sum: 1 } } },
  ]);
  return new Map(counts.map(({ _id, count }) => [_id, count]));
}

/** Whether every chosen term without sections for the event is gone or used to have some: a term that is not filled yet still exists. */
async function areGone(
  account: Types.ObjectId,
  sync: EventSync,
  lost: readonly ChosenTerm[],
): Promise<boolean> {
  const empty = sync.terms.filter((term) => !lost.includes(term)).map(({ id }) => id);
  if (empty.length === 0) return true;
  const had: string[] = await Section.distinct('term', {
    account,
    status: { $in: ['active', 'archived'] },
    school: { $in: sync.schools },
    term: { $in: empty },
  });
  return had.length === empty.length;
}
