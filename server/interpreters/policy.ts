import { hash } from 'node:crypto';
import type { Event } from '../models/event.js';
import type { Interpreter, ToldMeeting } from '../models/interpreter.js';
import { groupBy } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A change waits for others that follow it: longer than a booking or a move can be undone, so that nobody hears of what didn't last. */
export const QUIET_MS = 5 * MINUTE_MS;
/** Nobody waits longer than that, however often their meetings change. */
export const LONGEST_MS = HOUR_MS;
/** What begins so soon waits for nothing. */
const SOON_MS = HOUR_MS;

/** How an interpreter's meetings to come differ from those they know of. */
export interface ListChange {
  fresh: ToldMeeting[];
  moved: { before: ToldMeeting; after: ToldMeeting }[];
  gone: ToldMeeting[];
}

export function compareLists(told: ToldMeeting[], list: ToldMeeting[], now: Date): ListChange {
  const before = byFirst(told);
  const after = byFirst(list);
  const ahead = list.filter(({ from }) => from > now);
  return {
    fresh: ahead.filter((one) => !before.has(String(one.first))),
    moved: ahead.flatMap((one) => {
      const was = before.get(String(one.first));
      return was && printOf(was) !== printOf(one) ? [{ before: was, after: one }] : [];
    }),
    gone: told.filter(({ first, from }) => from > now && !after.has(String(first))),
  };
}

const byFirst = (list: ToldMeeting[]) => new Map(list.map((one) => [String(one.first), one]));

const printOf = ({ first, resource, from, to }: ToldMeeting) =>
  [first, resource, from.getTime(), to.getTime()].map(String).join(' ');

/** A fingerprint of a change; '' for none. */
export function printChange({ fresh, moved, gone }: ListChange): string {
  if (fresh.length + moved.length + gone.length === 0) return '';
  const parts = [
    ...fresh.map((one) => `+ ${printOf(one)}`),
    ...moved.map(({ after }) => `= ${printOf(after)}`),
    ...gone.map((one) => `- ${printOf(one)}`),
  ];
  return hash('sha256', parts.sort().join('\n'), 'base64url');
}

/** Whether an interpreter is mailed of a change now, and not later together with what follows. */
export function isTimeToTell(
  { fresh, moved, gone }: ListChange,
  { since, at }: Pick<NonNullable<Interpreter['news']>, 'since' | 'at'>,
  now: Date,
): boolean {
  const touched = [...fresh, ...gone, ...moved.flatMap(({ before, after }) => [before, after])];
  const isSoon = touched.some(({ from }) => from > now && +from - +now < SOON_MS);
  return isSoon || +now - +at >= QUIET_MS || +now - +since >= LONGEST_MS;
}

/**
 * Whether a reminder of a day is due: so many hours before the first of the meetings that they know of, unless their list was mailed since
 * then. None of a day that has no such meeting left.
 */
export function isReminderDue(
  { at, meetings }: NonNullable<Interpreter['told']>,
  list: ToldMeeting[],
  { reminders = [], timeZone }: Pick<Event, 'reminders' | 'timeZone'>,
  now: Date,
): boolean {
  const left = new Set(list.map(printOf));
  return [...groupBy(meetings, ({ from }) => dayOf(from, timeZone)).values()].some((ofDay) => {
    const begin = Math.min(...ofDay.map(({ from }) => from.getTime()));
    const isDue = (hours: number) => {
      const due = begin - hours * HOUR_MS;
      return at.getTime() < due && due <= now.getTime();
    };
    return begin > now.getTime() && ofDay.some((one) => left.has(printOf(one))) && reminders.some(isDue);
  });
}
