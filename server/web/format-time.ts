import { DateTime } from 'luxon';
import { andList } from './format-count.js';
import { dayOf } from './local-time.js';

/** "Tuesday 24 November 2026, 5:10 PM" in an IANA zone. */
export function dayAndTime(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).setLocale('en').toFormat('EEEE d MMMM yyyy, h:mm a');
}

/** "5:10 PM" in an IANA zone. */
export function timeOfDay(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).setLocale('en').toFormat('h:mm a');
}

/** "5:10 to 5:20 PM", "11:50 AM to 12:00 PM" in an IANA zone. */
export function timeSpan(from: Date, to: Date, zone: string): string {
  const [begin, end] = [timeOfDay(from, zone), timeOfDay(to, zone)];
  const sameHalf = begin.slice(-3) === end.slice(-3);
  return `${sameHalf ? begin.slice(0, -3) : begin} to ${end}`;
}

/** "Tuesday 24 November 2026, 5:10 to 5:20 PM (Chicago time)". */
export function whenInWords(from: Date, to: Date, zone: string): string {
  return `${fullDay(dayOf(from, zone))}, ${timeSpan(from, to, zone)} (${zoneName(zone)})`;
}

/** A local day, YYYY-MM-DD, as "24 November 2026"; what is not a day is given back as it is. */
export function longDay(day: string): string {
  const date = DateTime.fromISO(day.slice(0, 10), { zone: 'utc', locale: 'en' });
  return date.isValid ? date.toFormat('d MMMM yyyy') : day;
}

/** "Tuesday 24 November 2026". @param day YYYY-MM-DD */
export function fullDay(day: string): string {
  return DateTime.fromISO(day, { locale: 'en' }).toFormat('EEEE d MMMM yyyy');
}

/** "Tue 24 Nov", for tables. @param day YYYY-MM-DD */
export function shortDay(day: string): string {
  return DateTime.fromISO(day, { locale: 'en' }).toFormat('EEE d MMM');
}

/** "Tue 24 Nov 2026", or the first and the last of several: "Tue 24 Nov – Wed 25 Nov 2026". @param days YYYY-MM-DD */
export function daySpan(days: string[]): string {
  const ends = [...new Set([days[0] ?? '', days.at(-1) ?? ''])].filter(Boolean);
  return `${ends.map(shortDay).join(' – ')} ${(ends.at(-1) ?? '').slice(0, 4)}`;
}

/** "Tue 24 Nov, 8:00 AM" in an IANA zone, for tables. */
export function shortDayAndTime(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).setLocale('en').toFormat('EEE d MMM, h:mm a');
}

/** Several days with what they share said once: "Tuesday 24 and Wednesday 25 November 2026". @param days YYYY-MM-DD */
export function daysInWords(days: string[]): string {
  const parts = days.map((day, index) => {
    const here = DateTime.fromISO(day, { locale: 'en' });
    const next = DateTime.fromISO(days[index + 1] ?? '0001-01-01');
    const tail = next.year !== here.year ? ' MMMM yyyy' : next.month !== here.month ? ' MMMM' : '';
    return here.toFormat(`EEEE d${tail}`);
  });
  return andList(parts);
}

/** "Tuesday 24 November, 8:00 AM" in an IANA zone, with the year where it is not the year of `now`. */
export function dayAndTimeSoon(at: Date, zone: string, now: Date): string {
  const moment = DateTime.fromJSDate(at, { zone }).setLocale('en');
  const year = moment.year === DateTime.fromJSDate(now, { zone }).year ? '' : ' yyyy';
  return moment.toFormat(`EEEE d MMMM${year}, h:mm a`);
}

/** "Chicago time"; a zone that is not named after a place is said as it is. */
export function zoneName(zone: string): string {
  const place = zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone;
  return zone.includes('/') && !/^etc\//i.test(zone) ? `${place} time` : zone;
}
