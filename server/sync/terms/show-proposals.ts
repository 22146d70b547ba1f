import type { EventSync } from '../../models/event.js';
import { searchKey } from '../../models/scoped.js';
import { andList, countOf } from '../../web/format-count.js';
import { longDay } from '../../web/format-time.js';
import type { Style } from '../../web/place.js';
import type { Leaving } from './find-leaving.js';
import type { TermProposal } from './propose-terms.js';

/** What the Sync tab says of terms that its event should take; undefined where there are none. */
export function showProposals(
  proposals: readonly TermProposal[],
  sync: EventSync | undefined,
  leaving: Leaving,
  style: Style,
) {
  const [first] = proposals;
  if (!first || !sync) return undefined;
  const allGone = proposals.some(({ why }) => why !== 'moved');
  const chosen = andList(sync.terms.map(nameOf), style);
  return {
    lead: allGone
      ? `The source has no classes any more in what this event takes: ${chosen}.`
      : 'Classes of this event are now in a term that it does not take. They stay as they are; new classes of that term come only after you take it.',
    then: allGone
      ? `A sync follows and brings the classes of what you take. ${sayLeaving(leaving)} You can undo the run, which brings back the terms too.`
      : '',
    options: proposals.map((proposal) => ({
      value: proposal.term.id,
      label: nameOf(proposal.term),
      hint: [daysOf(proposal, style), reasonFor(proposal)].filter(Boolean).join('. '),
    })),
    sure: proposals.filter(({ sure }) => sure).map(({ term }) => term.id),
    button:
      proposals.length > 1
        ? 'Take the selected terms'
        : `Take ${nameOf(first.term)}${first.instead ? ' instead' : ''}`,
  };
}

function sayLeaving({ classes, appointments }: Leaving): string {
  if (classes === 0) return 'No class leaves the event.';
  const gone = `${countOf(classes, 'class leaves', 'classes leave')} the event`;
  if (appointments === 0) return `${gone}. No appointment is with ${classes === 1 ? 'it' : 'them'}.`;
  return `${gone}, and ${countOf(appointments, 'appointment is', 'appointments are')} with ${classes === 1 ? 'it' : 'them'}. Appointments stay; those that no longer fit a class are listed under Problems.`;
}

function nameOf({ name }: { name: string }): string {
  return name || 'a term without a name';
}

function daysOf({ term }: TermProposal, style: Style): string {
  const ends = [term.start, term.end].filter(Boolean);
  return ends.map((day) => longDay(day, style)).join(' to ');
}

function reasonFor({ why, instead, count, term }: TermProposal): string {
  const gone = instead ? nameOf(instead) : '';
  if (why === 'moved')
    return `${countOf(count, 'class of this event is', 'classes of this event are')} in it now${gone ? `, and ${gone} is no longer there` : ''}.`;
  const sections = `${countOf(count, 'section', 'sections')} of this event’s schools ${count === 1 ? 'is' : 'are'} in it`;
  const reasons = {
    looks:
      searchKey(term.name) === searchKey(instead?.name ?? '')
        ? 'It has the name of one that is gone'
        : `It has the dates of ${gone}, which is gone`,
    days: 'The days of this event are in it',
    overlap: `It overlaps with ${gone}, which is gone`,
    today: 'It runs today',
  };
  return `${reasons[why]}, and ${sections}.`;
}
