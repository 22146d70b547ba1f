import { atLeast } from '../models/user.js';
import type { Actor } from '../web/actor.js';
import { bookingState, type Bookable } from '../web/booking-state.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import type { Place } from '../web/place.js';

/** Who may create and unarchive events: an event administrator of the whole account, not of a single event. */
export function mayCreateEvents(actor: Actor): boolean {
  return atLeast(actor.level, 'event administrator');
}

/** The only sentence about booking: "Booking opens on Tuesday, November 24 at 8:00 AM." */
export function sayBooking(event: Bookable & Place, now: Date): string {
  const { opensAt, closesAt } = event.booking;
  const at = (moment: Date | undefined) => (moment ? dayAndTimeSoon(moment, event, now) : '');
  switch (bookingState(event, now)) {
    case 'archived':
      return 'This event is archived, so nobody can book.';
    case 'over':
      return 'The last day of this event is over, so nobody can book.';
    case 'not set':
      return 'Booking isn’t open. Nobody has set when it opens.';
    case 'before':
      return `Booking opens on ${at(opensAt)}.`;
    case 'closed':
      return `Booking closed on ${at(closesAt)}.`;
    case 'open':
      return closesAt
        ? `Booking is open until ${at(closesAt)}.`
        : 'Booking is open until you close it or the slots begin.';
  }
}

/** The state as a symbol and a word, for tables and facts. */
export function bookingStatus(event: Bookable, now: Date): { kind: 'ok' | 'notice' | 'off'; word: string } {
  const words = {
    archived: { kind: 'off', word: 'Archived' },
    over: { kind: 'off', word: 'Over' },
    'not set': { kind: 'notice', word: 'Not set' },
    before: { kind: 'off', word: 'Not open yet' },
    open: { kind: 'ok', word: 'Open' },
    closed: { kind: 'off', word: 'Closed' },
  } as const;
  return words[bookingState(event, now)];
}
