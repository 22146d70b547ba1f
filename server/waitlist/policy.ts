import { DateTime } from 'luxon';
import { USUAL_WAITLIST, type Event } from '../models/event.js';
import { WHOLE_DAY, type PlanDay } from '../models/plan.js';
import type { Slot } from '../models/slot.js';
import { timeOf, type WaitlistEntry } from '../models/waitlist-entry.js';
import { toLocal } from '../web/local-time.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Local hours between which nobody is mailed an offer, and none runs out: from 9 PM until 7 AM. */
const NIGHT = { from: 21, to: 7 } as const;

/** A family has at least so long to answer; what begins sooner is free for whoever comes. */
const LEAST_MS = 10 * MINUTE_MS;

/** Near the event several families in line should still get a turn: each has this part of what is left. */
const PART = 3;
const LEAST_PART_MS = 15 * MINUTE_MS;

/** So many offers in a row may go unanswered; after the last the family is taken off the list. */
export const MOST_LAPSES = 2;

/** Teachers that one family may wait for in an event. */
export const MOST_ENTRIES = 40;

/** How often one family may join in an event, whatever it leaves again. */
export const MOST_JOINED = 400;

/** Times that a family let go which are remembered. */
export const MOST_PASSED = 200;

export function hasWaitlist({ booking }: Pick<Event, 'booking'>): boolean {
  return (booking.waitlistMinutes ?? 0) > 0;
}

/** The hours of a family that can come in these windows: none where they are all of the days as a whole, which is any time. */
export function hoursOf(windows: PlanDay[], days: string[]): PlanDay[] {
  const areWhole = windows.every(({ from, to }) => from === WHOLE_DAY.from && to === WHOLE_DAY.to);
  return areWhole && windows.length === days.length ? [] : windows;
}

/** Whether a family said that it can come then, and has not let go of this time. */
export function isFitting(
  { days, asked, breaks, passed }: Pick<WaitlistEntry, 'days' | 'asked' | 'breaks' | 'passed'>,
  slot: Pick<Slot, '_id' | 'day' | 'from' | 'to'>,
  timeZone: string,
): boolean {
  if (passed.includes(timeOf(slot))) return false;
  const [from, to] = [toLocal(slot.from, timeZone).slice(11, 16), toLocal(slot.to, timeZone).slice(11, 16)];
  const isIn = (span: { from: string; to: string }) => span.from <= from && to <= span.to && from < to;
  const isAcross = (span: { from: string; to: string }) => span.from < to && from < span.to;
  return (
    (days.length === 0 ||
      asked?.includes(slot.day) === false ||
      days.some((window) => window.day === slot.day && isIn(window))) &&
    !breaks.some(isAcross)
  );
}

/**
 * Until when a time is kept for whoever is offered it: as long as the event says, nights not counted; near the end of booking a part of what
 * is left, and never past the moment at which it can't be booked any more.
 * @param timeZone the school's
 * @returns undefined where too little is left for anybody to answer
 */
export function offerUntil(
  { booking }: Pick<Event, 'booking'>,
  { from }: Pick<Slot, 'from'>,
  now: Date,
  timeZone: string,
): Date | undefined {
  const stops = from.getTime() - booking.stopHoursBefore * HOUR_MS;
  const last = Math.min(stops, booking.closesAt?.getTime() ?? Infinity);
  const most = (booking.waitlistMinutes ?? USUAL_WAITLIST) * MINUTE_MS;
  const left = wakingBetween(now, last, most * PART, timeZone);
  if (left < LEAST_MS) return undefined;
  const lasts = Math.min(most, Math.max(LEAST_PART_MS, left / PART));
  return new Date(Math.min(last, afterWaking(now, lasts, timeZone).getTime()));
}

/** When a mail may go out: now, or at the end of the night. */
export function mailFrom(now: Date, timeZone: string): Date {
  const local = DateTime.fromJSDate(now, { zone: timeZone });
  if (local.hour >= NIGHT.to && local.hour < NIGHT.from) return now;
  const day = local.hour < NIGHT.to ? local : local.plus({ days: 1 });
  return day.startOf('day').set({ hour: NIGHT.to }).toJSDate();
}

function eveningOf(at: Date, timeZone: string): Date {
  return DateTime.fromJSDate(at, { zone: timeZone }).startOf('day').set({ hour: NIGHT.from }).toJSDate();
}

/** The moment after so many milliseconds of day. */
function afterWaking(now: Date, ms: number, timeZone: string): Date {
  let at = mailFrom(now, timeZone);
  for (let left = ms; ;) {
    const day = eveningOf(at, timeZone).getTime() - at.getTime();
    if (left <= day) return new Date(at.getTime() + left);
    left -= day;
    at = mailFrom(eveningOf(at, timeZone), timeZone);
  }
}

/** The milliseconds of day between two moments, counted up to `most`. */
function wakingBetween(now: Date, end: number, most: number, timeZone: string): number {
  let sum = 0;
  for (let at = mailFrom(now, timeZone); at.getTime() < end && sum < most;) {
    const evening = eveningOf(at, timeZone);
    sum += Math.min(evening.getTime(), end) - at.getTime();
    at = mailFrom(evening, timeZone);
  }
  return sum;
}
