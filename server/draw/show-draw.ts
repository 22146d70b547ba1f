import type { Draw } from '../models/draw.js';
import { DrawEntry } from '../models/draw-entry.js';
import { bookingState } from '../web/booking-state.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { zoneName } from '../web/format-zone.js';
import type { PlacedEvent } from '../web/place.js';
import { wordsOf } from '../web/words.js';
import { drawWishes, type DrawInput, type Drawn } from './draw-wishes.js';
import { inputOf } from './find-draw.js';

export type DrawPhase = 'before' | 'open' | 'closed' | 'done';

/** Where a round stands. Once booking is open there is nothing to wish. */
export function phaseOf({ state, from, until }: Draw, event: PlacedEvent, now: Date): DrawPhase {
  if (state === 'done') return 'done';
  if (state === 'booking' || now >= until || bookingState(event, now) === 'open') return 'closed';
  return now < from ? 'before' : 'open';
}

/** The sentence that says where it stands. */
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

/** All that is needed to do a draw again: published once its wishes are closed, and without a word of who anybody is. */
export function publishDraw(
  draw: Draw,
): { hash: string; seed: string; input: DrawInput; drawn: Drawn[] } | undefined {
  const found = inputOf(draw);
  if (!found || draw.state === 'collecting') return undefined;
  const { keys: _, ...input } = found;
  return { hash: draw.hash, seed: draw.seed, input, drawn: drawWishes(input, draw.seed) };
}

/** How it went, in numbers. */
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
