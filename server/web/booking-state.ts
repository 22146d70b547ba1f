import type { Event } from '../models/event.js';
import { dayOf } from './local-time.js';

/** The state of an event's booking. `over`: its last day is past; `not set`: nobody has said when it opens. */
export type BookingState = 'archived' | 'over' | 'not set' | 'before' | 'open' | 'closed';

export type Bookable = Pick<Event, 'status' | 'booking' | 'days' | 'timeZone'>;

/** The only place that decides whether parents may book now. Without a closing time, booking ends with the event's last day. */
export function bookingState(event: Bookable, now: Date): BookingState {
  const { opensAt, closesAt } = event.booking;
  if (event.status === 'archived') return 'archived';
  if ((event.days.at(-1) ?? '') < dayOf(now, event.timeZone)) return 'over';
  if (!opensAt) return 'not set';
  if (now < opensAt) return 'before';
  return closesAt && closesAt <= now ? 'closed' : 'open';
}
