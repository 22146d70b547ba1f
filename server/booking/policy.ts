import type { QueryFilter, Types } from 'mongoose';
import type { Appointment } from '../models/appointment.js';
import type { Event, SiblingsRule } from '../models/event.js';
import { bookingState } from '../web/booking-state.js';

const HOUR_MS = 3600_000;

/** How long a hold lasts while a parent decides. */
export const HOLD_MS = 10 * 60_000;

/** Whether booking is open for somebody. Staff may book outside the window where the event allows it. */
export function mayBookNow(event: Event, now: Date, by: 'household' | 'school'): boolean {
  if (event.status === 'archived') return false;
  return bookingState(event, now) === 'open' || (by === 'school' && event.booking.staffAnytime);
}

/** Whether a preference round may book: its turn comes before booking opens, and lasts until booking closes. */
export function mayBookDrawn(event: Event, now: Date): boolean {
  return event.status === 'active' && ['not set', 'before', 'open'].includes(bookingState(event, now));
}

/** Whether a slot is still far enough ahead to be booked; staff may until it begins. */
export function isSoonEnough(event: Event, from: Date, now: Date, by: 'household' | 'school'): boolean {
  const hours = by === 'household' ? event.booking.stopHoursBefore : 0;
  return from.getTime() - hours * HOUR_MS > now.getTime();
}

/** Whether a household may still cancel or change what begins at `from`; staff always may. */
export function mayCancel(event: Event, from: Date, now: Date, by: 'household' | 'school'): boolean {
  if (by === 'school') return true;
  return from.getTime() - event.booking.cancelHoursBefore * HOUR_MS > now.getTime();
}

/** How siblings meet the same teacher: until the school says otherwise the family chooses. */
export function siblingsRule({ booking }: Pick<Event, 'booking'>): SiblingsRule {
  return booking.siblings ?? 'choose';
}

/** How long what was booked by one press can be undone, and the mail about it waits. */
export const UNDO_MS = 3 * 60_000;

/** Whether it can still be undone. */
export function isUndoable({ undoUntil }: { undoUntil?: Date | undefined }, now: Date): boolean {
  return undoUntil !== undefined && undoUntil > now;
}

/** Whether a family may still change what it wrote for the teacher. */
export function mayWriteNote(event: Pick<Event, 'status'>, { to }: { to: Date }, now: Date): boolean {
  return event.status !== 'archived' && to > now;
}

/** How long a hold that was never booked is kept, so that a repeated request gets the same answer. */
export const ENDED_HOLDS_MS = 2 * 24 * HOUR_MS;

/** How many holds one login may have at a school, in all its events together: more than anybody decides about in ten minutes. */
export const MOST_HOLDS = 8;

/** A filter for the holds of a login that count: not those of a plan, which is limited itself, nor offered times or a draw's. */
export function countedHolds(
  { household, user }: { household: Types.ObjectId; user: Types.ObjectId },
  now: Date,
): QueryFilter<Appointment> {
  return {
    ...{ household, bookedBy: user, state: 'pending', expiresAt: { $gt: now } },
    ...{ plan: { $exists: false }, offer: { $exists: false }, draw: { $exists: false } },
  };
}
