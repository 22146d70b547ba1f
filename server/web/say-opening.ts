import { bookingState } from './booking-state.js';
import { dayAndTimeSoon } from './format-time.js';
import type { PlacedEvent } from './place.js';
import { wordsOf } from './words.js';

/** When families can book, in a sentence. */
export function sayOpening(event: PlacedEvent, now: Date): string {
  const t = wordsOf(event);
  const { opensAt, closesAt } = event.booking;
  const at = (moment: Date) => dayAndTimeSoon(moment, event, now);
  switch (bookingState(event, now)) {
    case 'open':
      return closesAt ? t('opening.bookUntil', { at: at(closesAt) }) : t('opening.bookNow');
    case 'before':
      return opensAt ? t('opening.bookFrom', { at: at(opensAt) }) : t('opening.bookSoon');
    case 'not set':
      return t('opening.bookSoon');
    default:
      return t('booking.closed');
  }
}
