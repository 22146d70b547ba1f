import { isPlain } from '../../models/search-key.js';
import { isPlaceholder } from '../../models/security-value.js';

/** As Clever gives it, and so nothing that stands for no id. */
const CLEVER_ID = /^[0-9a-f]{24}$/;
/** Longer than any field of a real roster, as a source may send megabytes. */
const LONGEST = 1000;

/** A field of a roster source as one line of text. Absent, null or not a text is ''; control characters become spaces. */
export function cleanText(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return '';
  if (value.length <= LONGEST && isPlain(value)) return value.trim();
  return (
    value
      .slice(0, LONGEST)
      .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
      // Half a surrogate pair: the database would store it differently from what was hashed.
      .replace(/\p{Cs}/gu, '\ufffd')
      .trim()
  );
}

/** Whether a field holds something that cannot be understood: not a text, or "#N/A", "null" and the like. */
export function isSpoilt(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || typeof value === 'number') return false;
  return typeof value !== 'string' || (value.trim() !== '' && isPlaceholder(value.slice(0, LONGEST)));
}

/** Whether an id cannot be understood. */
export function isSpoiltId(value: unknown): boolean {
  if (typeof value === 'string' && CLEVER_ID.test(value)) return false;
  return isSpoilt(value) || (cleanText(value) !== '' && cleanId(value) === '');
}

/** Whether a date cannot be understood. @param cleaned what `cleanDate` makes of it */
export function isSpoiltDate(value: unknown, cleaned = cleanDate(value)): boolean {
  return cleaned === '' && (isSpoilt(value) || cleanText(value) !== '');
}

/** The ids of a list that may be absent or hold anything, each once. */
export function cleanIds(values: unknown): string[] {
  const list: unknown[] = Array.isArray(values) ? values : [];
  return [...new Set(list.map(cleanId).filter((id) => id !== ''))];
}

/** An id as the source gave it; '' if it cannot be one. */
export function cleanId(value: unknown): string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,100}$/.test(value) ? value : '';
}

/**
 * A date as YYYY-MM-DD. Clever writes births as M/D/YYYY, not always padded, and terms as YYYY-MM-DD or a whole timestamp. '' if it is not
 * a day of the calendar.
 */
export function cleanDate(value: unknown): string {
  const text = cleanText(value);
  if (text === '') return '';
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  const iso = american ? null : /^(\d{4})-(\d{2})-(\d{2})(?:$|T)/.exec(text);
  const [year, month, day] = american
    ? [american[3], american[1], american[2]].map(Number)
    : (iso?.slice(1, 4).map(Number) ?? []);
  if (!year || !month || !day) return '';
  const days = month === 2 && isLeap(year) ? 29 : (DAYS[month - 1] ?? 0);
  // Two digits are no year.
  if (year < 100 || day > days) return '';
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}
