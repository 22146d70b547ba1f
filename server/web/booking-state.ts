import type { Event } from '../models/event.js';
import { dayOf } from './local-time.js';

/** Where an event's booking stands. `over`: its last day is behind us; `not set`: nobody has said when it opens. */
export type BookingState = 'archived' | 'over' | 'not set' | 'before' | 'open' | 'closed';

export type Bookable = Pick<Event, 'status' | 'booking' | 'days' | 'timeZone'>;

/** The one answer to whether parents may book now. Without an end, booking ends with the event's last day. */
export function bookingState(event: Bookable, now: Date): BookingState {
  const { opensAt, closesAt } = event.booking;
  if (event.status === 'archived') return 'archived';
  if ((event.days.at(-1) ?? '') < dayOf(now, event.timeZone)) return 'over';
  if (!opensAt) return 'not set';
  if (now < opensAt) return 'before';
  return closesAt && closesAt <= now ? 'closed' : 'open';
}
