import type { HandTicked } from '../models/event.js';
import { bookingState } from '../web/booking-state.js';
import { countOf, number } from '../web/format-count.js';
import { daysInWords, dayAndTimeSoon } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';
import type { Readiness } from './read-readiness.js';

/** One step on the way to opening. */
export interface Step {
  label: string;
  /** The page on which it is done; undefined: somebody else does it. */
  href?: string;
  done: boolean;
  /** What exists, and what is missing. */
  detail: string;
  /** Parents can’t book before this is done. */
  needed?: true;
  /** Only a person can judge it, so the page offers a button. */
  tick?: HandTicked;
}

/**
 * The opening checklist, in working order.
 * @param invites the reader may create logins
 */
export function openingSteps(event: PlacedEvent, ready: Readiness, now: Date, invites: boolean): Step[] {
  const home = `/events/${event._id.toHexString()}`;
  const state = bookingState(event, now);
  const isTicked = (tick: HandTicked) => ({ tick, done: event.checked.includes(tick) });
  return [
    {
      label: 'Set the days',
      href: `${home}/settings`,
      done: state !== 'over',
      detail: state === 'over' ? 'All days are over.' : daysInWords(event.days, event),
      needed: true,
    },
    {
      label: 'Import the roster',
      href: `/importer?event=${event._id.toHexString()}`,
      done: ready.importedClasses > 0 || ready.classes > 0,
      detail:
        ready.importedClasses > 0
          ? `${countOf(ready.importedClasses, 'class', 'classes')}, ${countOf(ready.teachers, 'teacher', 'teachers')}`
          : 'Nothing has been imported yet.',
      needed: true,
    },
    {
      label: 'Check the classes',
      href: `${home}/classes`,
      ...isTicked('classes'),
      detail: `${number(ready.classes)} shown, ${number(ready.hiddenClasses)} hidden`,
      needed: true,
    },
    {
      label: 'Make the slots',
      href: ready.slots === 0 ? `${home}/slots/new` : `${home}/slots`,
      done: ready.slots > 0 && ready.withoutSlots === 0,
      detail: slotsDetail(ready),
      needed: true,
    },
    {
      label: 'Enter the rooms',
      href: `${home}/slots/rooms`,
      done: ready.teachers > 0 && ready.withoutPlace === 0,
      detail: roomsDetail(ready),
    },
    {
      label: 'Set when booking opens',
      href: `${home}/settings`,
      done: event.booking.opensAt !== undefined,
      detail: event.booking.opensAt
        ? dayAndTimeSoon(event.booking.opensAt, event, now)
        : 'No time is set. You can also open it by hand.',
    },
    {
      label: 'Check limits and questions',
      href: `${home}/settings`,
      ...isTicked('settings'),
      detail: `${event.booking.perHousehold ? countOf(event.booking.perHousehold, 'appointment', 'appointments') : 'Any number of appointments'} a family, ${countOf(event.fields?.length ?? 0, 'question', 'questions')}`,
    },
    {
      label: 'Check the office and email texts',
      href: `${home}/settings/emails`,
      ...isTicked('emails'),
      detail: officeDetail(event),
    },
    {
      label: 'Invite the teachers',
      ...(invites ? { href: '/global-setup/logins/roster' } : {}),
      done: ready.known > 0 && ready.loggedIn >= ready.known,
      detail: `${number(ready.loggedIn)} of ${countOf(ready.known, 'teacher has', 'teachers have')} a login${invites ? '' : '. An administrator invites them'}.`,
    },
    {
      label: 'Tell the families',
      href: `${home}/announce`,
      ...(ready.announcedAt ? { done: true } : isTicked('link')),
      detail: announcedDetail(event, ready, now),
    },
    {
      label: 'Print letters',
      href: `${home}/letters`,
      ...isTicked('letters'),
      detail: 'For families without an email.',
    },
    {
      label: 'Open booking',
      href: `${home}/opening`,
      done: state === 'open' || state === 'before',
      detail: state === 'before' ? 'It opens automatically.' : 'Parents can’t book yet.',
      needed: true,
    },
  ];
}

/** The next step: those without which parents can’t book come first. */
export function nextStep(steps: Step[]): Step | undefined {
  return steps.find((step) => step.needed && !step.done) ?? steps.find((step) => !step.done && step.href);
}

/** When families were told of an event by email, or will be. */
export function announcedDetail(event: PlacedEvent, { announcedAt }: Readiness, now: Date): string {
  if (!announcedAt) return 'Send the parents’ link by email.';
  return announcedAt > now
    ? `The announcement goes out on ${dayAndTimeSoon(announcedAt, event, now)}.`
    : 'The announcement is on its way or sent.';
}

function slotsDetail({ slots, withoutSlots }: Readiness): string {
  if (slots === 0) return 'There are none yet.';
  const without = withoutSlots
    ? `; ${countOf(withoutSlots, 'teacher with classes has none', 'teachers with classes have none')}`
    : '';
  return `${countOf(slots, 'slot', 'slots')}${without}`;
}

function roomsDetail({ teachers, withoutPlace }: Readiness): string {
  if (teachers === 0) return 'There are no teachers yet.';
  return withoutPlace === 0
    ? 'Every teacher has a room or a video link.'
    : `${number(withoutPlace)} of ${countOf(teachers, 'teacher has', 'teachers have')} no room and no video link.`;
}

function officeDetail({ office, messages }: PlacedEvent): string {
  const contact = [office?.phone, office?.email].filter(Boolean).join(', ');
  const own = Object.keys(messages ?? {}).length;
  const texts = own > 0 ? `${countOf(own, 'text', 'texts')} of your own` : 'Slotbell’s own texts';
  return `${contact || 'No office phone or email'}; ${texts}`;
}
