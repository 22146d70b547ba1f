import type { EventSync } from '../../models/event.js';
import { searchKey } from '../../models/search-key.js';
import { andList, countOf } from '../../web/format-count.js';
import { longDay } from '../../web/format-time.js';
import type { Style } from '../../web/place.js';
import type { Leaving } from './find-leaving.js';
import type { TermProposal } from './propose-terms.js';

/** What the Sync tab says about terms that its event should have; undefined if there are none. */
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
      ? `There are no classes left in the terms of this event: ${chosen}.`
      : 'Some classes of this event have moved to a term it doesn’t include. They stay as they are. New classes of that term come in only after you add it.',
    then: allGone
      ? `A sync then imports the classes of the terms you add. ${sayLeaving(leaving)} If you undo that sync, the old terms come back too.`
      : '',
    options: proposals.map((proposal) => ({
      value: proposal.term.id,
      label: nameOf(proposal.term),
      hint: [daysOf(proposal, style), reasonFor(proposal)].filter(Boolean).join('. '),
    })),
    sure: proposals.filter(({ sure }) => sure).map(({ term }) => term.id),
    button:
      proposals.length > 1
        ? 'Add the selected terms'
        : `${first.instead ? 'Use' : 'Add'} ${nameOf(first.term)}${first.instead ? ' instead' : ''}`,
  };
}

function sayLeaving({ classes, appointments }: Leaving): string {
  if (classes === 0) return 'No class leaves the event.';
  const gone = `${countOf(classes, 'class leaves', 'classes leave')} the event`;
  if (appointments === 0) return `${gone}. ${classes === 1 ? 'It has' : 'They have'} no appointments.`;
  return `${gone}. ${classes === 1 ? 'It has' : 'They have'} ${countOf(appointments, 'appointment', 'appointments')}. All stay booked; those that no longer fit a class are listed under Problems.`;
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
        ? 'It has the same name as one that’s gone'
        : `It has the same dates as ${gone}, which is gone`,
    days: 'The days of this event fall in it',
    overlap: `It overlaps with ${gone}, which is gone`,
    today: 'It’s the current term',
  };
  return `${reasons[why]}, and ${sections}.`;
}
