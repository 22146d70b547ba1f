import type { Event, HandTicked } from '../models/event.js';
import { bookingState } from '../web/booking-state.js';
import { countOf, number } from '../web/format-count.js';
import type { PlacedEvent } from '../web/place.js';
import { daysInWords, dayAndTimeSoon } from '../web/format-time.js';
import type { EventCounts } from './queries.js';

/** One step on the way to opening. */
export interface Step {
  label: string;
  /** Where it is done; undefined: on this page. */
  href?: string;
  done: boolean;
  /** What there is, or what is missing. */
  detail: string;
  /** Only a person can call it done: the page offers a tick. */
  tick?: HandTicked;
}

/** The opening checklist in the order in which it is worked through. */
export function openingSteps(event: PlacedEvent, counts: EventCounts, now: Date): Step[] {
  const home = `/events/${event._id.toHexString()}`;
  const state = bookingState(event, now);
  return [
    {
      label: 'Set the days',
      href: `${home}/settings`,
      done: state !== 'over',
      detail: state === 'over' ? 'All days are over.' : daysInWords(event.days, event),
    },
    {
      label: 'Import the roster',
      href: `/importer?event=${event._id.toHexString()}`,
      done: counts.importedClasses > 0,
      detail:
        counts.importedClasses > 0
          ? `${countOf(counts.importedClasses, 'class', 'classes')}, ${countOf(counts.teachers, 'teacher', 'teachers')}`
          : 'Nothing has been imported yet.',
    },
    {
      label: 'Check the classes',
      href: `${home}/classes`,
      done: event.checked.includes('classes'),
      detail: `${number(counts.classes)} shown, ${number(counts.hiddenClasses)} hidden`,
      tick: 'classes',
    },
    {
      label: 'Make the slots',
      href: `${home}/slots`,
      done: counts.slots > 0 && counts.teachersWithoutSlots === 0,
      detail: slotsDetail(counts),
    },
    {
      label: 'Set when booking opens',
      href: `${home}/settings`,
      done: event.booking.opensAt !== undefined,
      detail: event.booking.opensAt ? dayAndTimeSoon(event.booking.opensAt, event, now) : 'No time is set.',
    },
    {
      label: 'Share the parents’ link',
      done: event.checked.includes('link'),
      detail: 'Send it or print it.',
      tick: 'link',
    },
  ];
}

function slotsDetail({ slots, teachersWithoutSlots }: EventCounts): string {
  if (slots === 0) return 'There are none yet.';
  const without = teachersWithoutSlots
    ? `; ${countOf(teachersWithoutSlots, 'teacher has none', 'teachers have none')}`
    : '';
  return `${countOf(slots, 'slot', 'slots')}${without}`;
}

/** What speaks against opening now, said before somebody does. */
export function openingWarnings(event: Event, counts: EventCounts): string[] {
  return [
    counts.importedClasses === 0 && 'No roster is imported, so parents find no teachers.',
    counts.slots === 0 && 'There are no slots, so parents find no times.',
    counts.slots > 0 &&
      counts.teachersWithoutSlots > 0 &&
      `${countOf(counts.teachersWithoutSlots, 'teacher has', 'teachers have')} no slots.`,
    !event.checked.includes('classes') && 'Classes haven’t been marked as checked.',
  ].filter((warning) => warning !== false);
}
