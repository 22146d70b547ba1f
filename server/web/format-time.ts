import { LRUCache } from 'lru-cache';
import { andList } from './format-count.js';
import { zoneName } from './format-zone.js';
import { dayOf, fromLocal, isDay } from './local-time.js';
import type { Place, Style } from './place.js';
import { remember } from './remember.js';

type Options = Intl.DateTimeFormatOptions;

const TIME = { timeStyle: 'short' } as const satisfies Options;
const SHORT_DAY = { weekday: 'short', month: 'short', day: 'numeric' } as const satisfies Options;
const LONG_DAY = { month: 'long', day: 'numeric', year: 'numeric' } as const satisfies Options;
const MONTH_AND_DAY = { month: 'long', day: 'numeric' } as const satisfies Options;
const NUMERIC_DAY = { year: 'numeric', month: 'numeric', day: 'numeric' } as const satisfies Options;
const CLOCK = { hour: 'numeric', minute: '2-digit' } as const satisfies Options;

/** Making a formatter takes a hundred times as long as using it. */
const formatters = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });

function formatter({ locale, timeZone }: Place, options: Options): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${JSON.stringify(options)}`;
  return remember(formatters, key, () => new Intl.DateTimeFormat(locale, { ...options, timeZone }));
}

/** Lists say the same few days and times in every row, and a range of times takes as long as twenty rows else do. */
const said = new LRUCache<string, string>({ max: 5000 });

/** Intl writes thin and no-break spaces, which mails, CSV and searches do not expect. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u2000-\u200a\u202f]/g, ' ');
}

function format(at: Date, place: Place, options: Options): string {
  return plain(formatter(place, options).format(at));
}

/** A local day, YYYY-MM-DD, whatever the zone. */
function formatDay(day: string, { locale }: Style, options: Options): string {
  return remember(said, `${locale} ${day} ${JSON.stringify(options)}`, () =>
    format(noonOf(day), { locale, timeZone: 'UTC' }, options),
  );
}

function noonOf(day: string): Date {
  return new Date(`${day}T12:00:00Z`);
}

/** "Monday, December 7, 2026 at 5:10 PM". */
export function dayAndTime(at: Date, place: Place): string {
  return format(at, place, { weekday: 'long', ...LONG_DAY, ...CLOCK });
}

/** "Mon, Dec 7, 5:10 PM", for tables. */
export function shortDayAndTime(at: Date, place: Place): string {
  return format(at, place, { ...SHORT_DAY, ...CLOCK });
}

/** "Monday, December 7 at 8:00 AM", with the year where it is not the year of `now`. */
export function dayAndTimeSoon(at: Date, place: Place, now: Date): string {
  const isThisYear = dayOf(at, place.timeZone).slice(0, 4) === dayOf(now, place.timeZone).slice(0, 4);
  return format(at, place, { weekday: 'long', ...(isThisYear ? MONTH_AND_DAY : LONG_DAY), ...CLOCK });
}

/** "5:10 PM". */
export function timeOfDay(at: Date, place: Place): string {
  return format(at, place, TIME);
}

/** "1:30 AM CDT": when clocks go back, the zone says which of the two it is. */
export function timeWithZone(at: Date, place: Place): string {
  return format(at, place, { ...CLOCK, timeZoneName: 'short' });
}

/** "5:10", under a heading that says which half of the day it is. */
export function timeUnderHour(at: Date, place: Place): string {
  const parts = formatter(place, TIME).formatToParts(at);
  return plain(
    parts
      .filter(({ type }) => type !== 'dayPeriod')
      .map(({ value }) => value)
      .join(''),
  ).trim();
}

/** "2:30 AM" of a time as fields have it. @param time HH:mm */
export function fieldTime(time: string, { locale }: Style): string {
  return timeOfDay(atField(time), { locale, timeZone: 'UTC' });
}

/** "3:00–5:00 PM" of two such times. */
export function fieldSpan(from: string, to: string, { locale }: Style): string {
  return timeSpan(atField(from), atField(to), { locale, timeZone: 'UTC' });
}

const atField = (time: string) => new Date(`2000-01-01T${time}:00Z`);

/**
 * "Monday, December 7, 2026 at 5:10 PM" for a moment as fields have it; anything else is returned as it is.
 * @param local 2026-12-07T17:10
 */
export function fieldMoment(local: string, { locale }: Style): string {
  const at = fromLocal(local, 'UTC');
  return at ? dayAndTime(at, { locale, timeZone: 'UTC' }) : local;
}

/** "5 PM", "17:00": the hour that a moment is in. */
export function hourOfDay(at: Date, place: Place): string {
  const { hourCycle } = formatter(place, TIME).resolvedOptions();
  if (hourCycle === 'h12') return format(at, place, { hour: 'numeric' });
  return timeOfDay(at, place).replace(/\d\d$/, '00');
}

/** "1 AM". @param hour 0 to 23 */
export function hourInWords(hour: number, { locale }: Style): string {
  return hourOfDay(new Date(Date.UTC(2000, 0, 1, hour)), { locale, timeZone: 'UTC' });
}

/** "1:45–2:00 PM", "11:50 AM–12:10 PM". */
export function timeSpan(from: Date, to: Date, place: Place): string {
  return remember(said, `${place.locale} ${place.timeZone} ${from.getTime()} ${to.getTime()}`, () =>
    plain(formatter(place, TIME).formatRange(from, to)).replace(' – ', '–'),
  );
}

/** "Monday, December 7, 2026, 5:10–5:20 PM". */
export function dayAndSpan(from: Date, to: Date, place: Place): string {
  return `${fullDay(dayOf(from, place.timeZone), place)}, ${timeSpan(from, to, place)}`;
}

/** "Mon, Dec 7, 5:10–5:20 PM", for tables. */
export function shortDayAndSpan(from: Date, to: Date, place: Place): string {
  return `${shortDay(dayOf(from, place.timeZone), place)}, ${timeSpan(from, to, place)}`;
}

/** "Monday, December 7, 2026, 5:10–5:20 PM (Central Time)", for families, who may be in another zone. */
export function whenInWords(from: Date, to: Date, place: Place): string {
  return `${dayAndSpan(from, to, place)} (${zoneName(place)})`;
}

/**
 * "December 7, 2026"; anything that is not a day is returned as it is.
 * @param day begins with YYYY-MM-DD
 */
export function longDay(day: string, style: Style): string {
  const date = day.slice(0, 10);
  return isDay(date) ? formatDay(date, style, LONG_DAY) : day;
}

/** "Monday, December 7, 2026". @param day YYYY-MM-DD */
export function fullDay(day: string, style: Style): string {
  return formatDay(day, style, { weekday: 'long', ...LONG_DAY });
}

/** "Mon, Dec 7", for tables. @param day YYYY-MM-DD */
export function shortDay(day: string, style: Style): string {
  return formatDay(day, style, SHORT_DAY);
}

/** "Dec 7", below a chart. @param day YYYY-MM-DD */
export function monthAndDay(day: string, style: Style): string {
  return formatDay(day, style, { month: 'short', day: 'numeric' });
}

/**
 * "12/7/2026": a date that spreadsheets of the locale understand.
 * @param day YYYY-MM-DD
 */
export function numericDay(day: string, style: Style): string {
  return formatDay(day, style, NUMERIC_DAY);
}

/** "12/7/2026, 5:10:07 PM", for spreadsheets. */
export function numericMoment(at: Date, place: Place): string {
  return format(at, place, { ...NUMERIC_DAY, ...CLOCK, second: '2-digit' });
}

/** "Mon, Dec 7, 2026", or the first and the last of several: "Mon, Dec 7 – Tue, Dec 8, 2026". @param days YYYY-MM-DD */
export function daySpan(days: string[], { locale }: Style): string {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return '';
  const shown = formatter({ locale, timeZone: 'UTC' }, { ...SHORT_DAY, year: 'numeric' });
  return plain(shown.formatRange(noonOf(first), noonOf(last)));
}

/**
 * Several days, with the parts they share said once: "Monday and Tuesday, December 7 and 8, 2026". Days in several months, or on one
 * weekday of several weeks: "Monday, November 30 and Tuesday, December 1, 2026".
 * @param days YYYY-MM-DD, in order
 */
export function daysInWords(days: string[], style: Style): string {
  const [first = ''] = days;
  const weekdays = days.map((day) => formatDay(day, style, { weekday: 'long' }));
  const isOneMonth = days.every((day) => day.startsWith(first.slice(0, 7)));
  if (days.length > 1 && isOneMonth && new Set(weekdays).size === days.length)
    return `${andList(weekdays, style)}, ${daysOfMonth(days, style)}`;
  const parts = days.map((day, index) => {
    const isLastOfYear = days[index + 1]?.slice(0, 4) !== day.slice(0, 4);
    return formatDay(day, style, { weekday: 'long', ...(isLastOfYear ? LONG_DAY : MONTH_AND_DAY) });
  });
  return andList(parts, style);
}

/** "December 7 and 8, 2026". */
function daysOfMonth(days: string[], style: Style): string {
  const numbers = andList(
    days.map((day) => String(Number(day.slice(8)))),
    style,
  );
  return formatter({ ...style, timeZone: 'UTC' }, LONG_DAY)
    .formatToParts(noonOf(days[0] ?? ''))
    .map(({ type, value }) => (type === 'day' ? numbers : value))
    .join('');
}

/** The names of the months, from January on: "March". */
export function monthNames({ locale }: Style): string[] {
  return Array.from({ length: 12 }, (_, at) =>
    format(new Date(Date.UTC(2024, at, 1, 12)), { locale, timeZone: 'UTC' }, { month: 'long' }),
  );
}
