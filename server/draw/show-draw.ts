import { Draw } from '../models/draw.js';
import { DrawEntry } from '../models/draw-entry.js';
import { bookingState } from '../web/booking-state.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { zoneName } from '../web/format-zone.js';
import type { PlacedEvent } from '../web/place.js';
import { wordsOf } from '../web/words.js';

export type DrawPhase = 'before' | 'open' | 'closed' | 'done';

/** The phase of a round. Once booking is open, or the event is archived, nobody can wish. */
export function phaseOf({ state, from, until }: Draw, event: PlacedEvent, now: Date): DrawPhase {
  if (state === 'done') return 'done';
  const isAhead = ['not set', 'before'].includes(bookingState(event, now));
  if (state === 'booking' || now >= until || !isAhead) return 'closed';
  return now < from ? 'before' : 'open';
}

/** Says the phase in a sentence. */
export function sayPhase(draw: Draw, event: PlacedEvent, now: Date): string {
  const t = wordsOf(event);
  const at = (moment: Date) => `${dayAndTimeSoon(moment, event, now)} (${zoneName(event)})`;
  return {
    before: () => t('draw.before', { from: at(draw.from), until: at(draw.until) }),
    open: () => t('draw.open', { until: at(draw.until), count: draw.most }),
    closed: () => t('draw.closed'),
    done: () => t('draw.done'),
  }[phaseOf(draw, event, now)]();
}

/** Says what can be done about wishes that were not fulfilled. */
export function sayRest(event: PlacedEvent, now: Date): string {
  const t = wordsOf(event);
  const { opensAt } = event.booking;
  switch (bookingState(event, now)) {
    case 'open':
      return t('draw.restNow');
    case 'before':
      return opensAt ? t('draw.restFrom', { at: dayAndTimeSoon(opensAt, event, now) }) : t('draw.restSoon');
    case 'not set':
      return t('draw.restSoon');
    default:
      return t('booking.closed');
  }
}

/** How many wishes were left out where adults joined as one family, as it can't send so many; '' where none were. */
export function sayLeftOut({ leftOut = 0 }: DrawEntry, { most }: Draw, event: PlacedEvent): string {
  return leftOut > 0 ? wordsOf(event)('draw.leftOut', { count: leftOut, most }) : '';
}

/** Whether the wishes are closed and the draw is done: there is something to check. */
export function isDrawn({ state }: Draw): boolean {
  return state === 'booking' || state === 'done';
}

/** What was published of a draw, packed when the wishes closed, so that no request waits for that. */
export async function readPacked({ _id }: Draw, part: 'list' | 'share'): Promise<Buffer | undefined> {
  const found = await Draw.findOne({ _id, state: { $ne: 'collecting' } }, { [part]: 1 }).lean<Draw>();
  const packed = found?.[part];
  return packed === undefined ? undefined : Buffer.from(packed, 'base64');
}

/** The round in numbers. */
export async function countDraw({ _id }: Draw): Promise<{
  families: number;
  wishes: number;
  booked: number;
  refused: number;
}> {
  const [found] = await DrawEntry.aggregate<{
    families: number;
    wishes: number;
    booked: number;
    drawn: number;
  }>([
    { $match: { draw: _id, 'wishes.0': { $exists: true } } },
    { $set: { outcome: { $ifNull: ['$outcome', []] } } },
    {
      $group: {
        _id: null,
        families: { $sum: 1 },
        wishes: { $sum: { $size: '$wishes' } },
        booked: { $sum: { $size: { $ifNull: ['$outcome.appointment', []] } } },
        drawn: { $sum: { $size: { $ifNull: ['$outcome.slot', []] } } },
      },
    },
  ]);
  const { families = 0, wishes = 0, booked = 0, drawn = 0 } = found ?? {};
  return { families, wishes, booked, refused: drawn - booked };
}
