import { DateTime } from 'luxon';
import { fullDay, zoneName } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';

/** "5:10 to 5:20 PM", "11:50 AM to 12:00 PM". */
export function timeSpan(from: Date, to: Date, zone: string): string {
  const [start, end] = [from, to].map((at) => DateTime.fromJSDate(at, { zone }).setLocale('en'));
  if (!start || !end) return '';
  const sameHalf = start.toFormat('a') === end.toFormat('a');
  return `${start.toFormat(sameHalf ? 'h:mm' : 'h:mm a')} to ${end.toFormat('h:mm a')}`;
}

/** "Tuesday 24 November 2026, 5:10 to 5:20 PM (Chicago time)". */
export function whenInWords(from: Date, to: Date, zone: string): string {
  return `${fullDay(dayOf(from, zone))}, ${timeSpan(from, to, zone)} (${zoneName(zone)})`;
}

/** "Ana", "Ana and Leo", "Ana, Leo and Mia". */
export function listInWords(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
