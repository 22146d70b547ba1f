import { DateTime } from 'luxon';

/** "Tuesday 24 November 2026, 5:10 PM" in an IANA zone. */
export function dayAndTime(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone, locale: 'en' }).toFormat('EEEE d MMMM yyyy, h:mm a');
}

/** "5:10 PM" in an IANA zone. */
export function timeOfDay(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone, locale: 'en' }).toFormat('h:mm a');
}

/** A local day, YYYY-MM-DD, as "24 November 2026"; what is not a day is given back as it is. */
export function longDay(day: string): string {
  const date = DateTime.fromISO(day.slice(0, 10), { zone: 'utc', locale: 'en' });
  return date.isValid ? date.toFormat('d MMMM yyyy') : day;
}
