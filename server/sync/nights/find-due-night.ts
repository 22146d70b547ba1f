import { DateTime } from 'luxon';

/** A nightly sync whose time has come. */
export interface DueNight {
  /** The account's local date, YYYY-MM-DD: one run for each event and date. */
  night: string;
  dueAt: Date;
}

/**
 * The latest night whose time is past: today's, or yesterday's while today's is still to come. After a long sleep that is one night, not
 * all that were missed. Undefined if the sync was turned on after that time.
 * @param hour of the night in the account's zone, 0 to 23
 * @param onSince when the sync was last turned on
 */
export function findDueNight(
  hour: number,
  zone: string,
  now: Date,
  onSince: Date | undefined,
): DueNight | undefined {
  const today = DateTime.fromJSDate(now, { zone }).startOf('day');
  for (const day of [today, today.minus({ days: 1 })]) {
    const dueAt = momentOf(day, hour);
    if (dueAt > now) continue;
    return onSince && dueAt <= onSince ? undefined : { night: day.toISODate() ?? '', dueAt };
  }
  return undefined;
}

/** The next night to come, for pages. */
export function findNextNight(hour: number, zone: string, now: Date): Date {
  const today = DateTime.fromJSDate(now, { zone }).startOf('day');
  const tonight = momentOf(today, hour);
  return tonight > now ? tonight : momentOf(today.plus({ days: 1 }), hour);
}

/** When a local day's hour begins. An hour that happens twice begins the first time; one that never happens begins when it is skipped. */
function momentOf(day: DateTime, hour: number): Date {
  const moment = day.set({ hour });
  return new Date(Math.min(...moment.getPossibleOffsets().map((possible) => possible.toMillis())));
}
