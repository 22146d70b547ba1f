import { DateTime } from 'luxon';

/** A night whose moment has come. */
export interface DueNight {
  /** The account's local date, YYYY-MM-DD: of an event and a date there is one run. */
  night: string;
  dueAt: Date;
}

/**
 * The latest night whose moment is past: today's, or yesterday's while today's is still to come. Whoever looks only after a
 * long sleep gets the one night, not all that went by. Undefined when the sync was turned on after that moment.
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

/** The next night to come, for showing. */
export function findNextNight(hour: number, zone: string, now: Date): Date {
  const today = DateTime.fromJSDate(now, { zone }).startOf('day');
  const tonight = momentOf(today, hour);
  return tonight > now ? tonight : momentOf(today.plus({ days: 1 }), hour);
}

/** When a local day's hour begins: of an hour that happens twice the first, of one that never happens the moment it is skipped at. */
function momentOf(day: DateTime, hour: number): Date {
  const moment = day.set({ hour });
  return new Date(Math.min(...moment.getPossibleOffsets().map((possible) => possible.toMillis())));
}
