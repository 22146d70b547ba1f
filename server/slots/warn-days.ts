import { DateTime } from 'luxon';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import { dayOf } from '../web/local-time.js';

/** A warning about a day that gets slots. `empty`: a day of the event that still has none. */
export interface DayWarning {
  code: 'sunday' | 'outside' | 'past' | 'empty';
  day: string;
}

/** @param days the days that get slots */
export async function warnOfDays(
  event: Pick<Event, '_id' | 'account' | 'days' | 'timeZone'>,
  days: string[],
  now: Date,
): Promise<DayWarning[]> {
  const today = dayOf(now, event.timeZone);
  const having = new Set(await Slot.distinct('day', { account: event.account, event: event._id }));
  return [
    ...days.flatMap((day): DayWarning[] => [
      ...(event.days.includes(day) ? [] : [{ code: 'outside' as const, day }]),
      ...(day < today ? [{ code: 'past' as const, day }] : []),
      ...(DateTime.fromISO(day).weekday === 7 ? [{ code: 'sunday' as const, day }] : []),
    ]),
    ...event.days
      .filter((day) => !having.has(day) && !days.includes(day))
      .map((day) => ({ code: 'empty' as const, day })),
  ];
}
