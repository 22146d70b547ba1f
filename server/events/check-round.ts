import { Draw } from '../models/draw.js';
import type { Event } from '../models/event.js';
import { dayAndTime } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';

/** So long before booking opens to anybody a preference round ends: its thousands of meetings are booked first. */
export const AFTER_ROUND_MS = 3600_000;

/**
 * When booking can open at the soonest because of a preference round; undefined where it may open as it is to. Once it opened, families
 * would book freely while they read that it is being drawn.
 */
export async function findRound(
  { _id, account }: Pick<Event, '_id' | 'account'>,
  { opensAt, earlyMinutes = 0 }: Pick<Event['booking'], 'opensAt' | 'earlyMinutes'>,
): Promise<Date | undefined> {
  if (!opensAt) return undefined;
  const open = { event: _id, account, state: { $in: ['collecting' as const, 'booking' as const] } };
  const round = await Draw.findOne(open, { until: 1 }).lean();
  const soonest = round && new Date(+round.until + AFTER_ROUND_MS);
  return soonest && +opensAt - earlyMinutes * 60_000 < +soonest ? soonest : undefined;
}

export function explainRound(soonest: Date, event: PlacedEvent): string {
  return `Families are in a preference round: the earliest that booking can open to the first families is ${dayAndTime(soonest, event)}. Enter a later time, or change or cancel the round in “Preference round”.`;
}
