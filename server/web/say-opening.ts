import { bookingState } from './booking-state.js';
import { dayAndTimeSoon } from './format-time.js';
import { zoneName } from './format-zone.js';
import type { PlacedEvent } from './place.js';
import { wordsOf } from './words.js';

/** When families can book, in a sentence. @param zone whether the clock's name is said, for those who may live elsewhere */
export function sayOpening(event: PlacedEvent, now: Date, { zone = false } = {}): string {
  const t = wordsOf(event);
  const { opensAt, closesAt } = event.booking;
  const clock = zone ? ` (${zoneName(event)})` : '';
  const at = (moment: Date) => `${dayAndTimeSoon(moment, event, now)}${clock}`;
  switch (bookingState(event, now)) {
    case 'open':
      return closesAt ? t('opening.bookUntil', { at: at(closesAt) }) : t('opening.bookNow');
    case 'before':
      return opensAt ? t('opening.bookFrom', { at: at(opensAt) }) : t('booking.notOpen');
    case 'not set':
      return t('booking.notOpen');
    default:
      return t('booking.closed');
  }
}
