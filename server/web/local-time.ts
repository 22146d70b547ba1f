import { LRUCache } from 'lru-cache';
import { DateTime } from 'luxon';
import { remember } from './remember.js';

/** Kept: a page of times asks for the day of each, and Luxon takes ten times as long. */
const days = new LRUCache<string, Intl.DateTimeFormat>({ max: 100 });

/** The local day of a moment, YYYY-MM-DD. */
export function dayOf(at: Date, zone: string): string {
  const shown = remember(
    days,
    zone,
    // Canada writes a date as ISO 8601 does.
    () =>
      new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }),
  );
  return shown.format(at);
}

/** Whether a text is an existing day, as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && DateTime.fromISO(text).isValid;
}

const LOCAL = "yyyy-MM-dd'T'HH:mm";

/** A moment as a local date and time, 2026-11-24T08:00, as browsers' date fields have it. */
export function toLocal(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).toFormat(LOCAL);
}

/**
 * The moment of a local date and time (2026-11-24T08:00) in a zone. If the hour happens twice, it is the first. Undefined if there is no
 * such time: no such date, or an hour that clocks skip in spring.
 */
export function fromLocal(local: string, zone: string): Date | undefined {
  const moment = DateTime.fromFormat(local, LOCAL, { zone });
  // Luxon moves a skipped time forward by an hour instead of refusing it, and picks either of two equal times.
  if (!moment.isValid || moment.toFormat(LOCAL) !== local) return undefined;
  return new Date(Math.min(...moment.getPossibleOffsets().map((possible) => possible.toMillis())));
}

/**
 * The start of a local day and of the next one.
 * @param day YYYY-MM-DD
 */
export function spanOfDay(day: string, zone: string): { start: Date; end: Date } {
  const start = DateTime.fromISO(day, { zone }).startOf('day');
  return { start: start.toJSDate(), end: start.plus({ days: 1 }).toJSDate() };
}
