import { DateTime, Info } from 'luxon';
import { LANGUAGES } from '../web/words.js';

/** What was typed as a birth date. Each field may hold anything; the month is usually selected from a list. */
export interface TypedDate {
  month: string;
  day: string;
  year: string;
}

export type BirthDate =
  | { ok: true; /** YYYY-MM-DD, '' where nothing was typed. */ date: string }
  | { ok: false; field: 'month' | 'day' | 'year'; reason: 'missing' | 'no such day' | 'future' }
  /** 3/4/2017 is March 4 to some and April 3 to others, so the user is asked which one is meant. */
  | { ok: false; field: 'month'; reason: 'ambiguous'; dates: [string, string] };

/** Longer texts are not dates. */
const LONGEST = 60;
const EARLIEST = 1900;

/**
 * Reads a birth date that was typed in three fields, or whole in one of them: 03/04/2017, 3-4-17, 20170304, March 4 2017, 4 de marzo de
 * 2017. If day and month could be swapped, it is ambiguous unless the month was selected.
 */
export function readBirthDate(typed: TypedDate, now: Date): BirthDate {
  const [month, day, year] = [tidy(typed.month), tidy(typed.day), tidy(typed.year)];
  if (month + day + year === '') return { ok: true, date: '' };
  const selected = monthIn(month);
  const thisYear = now.getUTCFullYear();
  for (const text of [day, year, month]) {
    const all = readWhole(text, thisYear);
    const dates = selected ? all.filter((date) => Number(date.slice(5, 7)) === selected) : all;
    const [first, second] = dates.length > 0 ? dates : all;
    if (first && second) return { ok: false, field: 'month', reason: 'ambiguous', dates: [first, second] };
    if (first) return judge(first, now);
  }
  if (!selected) return { ok: false, field: 'month', reason: 'missing' };
  const d = /^\d{1,2}$/.test(day) ? Number(day) : 0;
  if (d < 1 || d > 31) return { ok: false, field: 'day', reason: 'missing' };
  const y = yearIn(year, thisYear);
  if (!y) return { ok: false, field: 'year', reason: 'missing' };
  const date = dateOf(y, selected, d);
  return date ? judge(date, now) : { ok: false, field: 'day', reason: 'no such day' };
}

/** Cleans a text, and replaces the digits of Arabic keyboards. */
function tidy(text: string): string {
  return text
    .slice(0, LONGEST)
    .normalize('NFKC')
    .replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 15))
    .trim();
}

function judge(date: string, now: Date): BirthDate {
  // In some time zone it is tomorrow already.
  const latest = DateTime.fromJSDate(now, { zone: 'UTC' }).plus({ days: 1 }).toISODate() ?? '';
  return date > latest ? { ok: false, field: 'year', reason: 'future' } : { ok: true, date };
}

/** All dates that a text can mean, the United States' order first: none, one, or two. */
function readWhole(text: string, thisYear: number): string[] {
  const tokens = text.toLowerCase().match(/\p{L}[\p{L}\p{M}]*|\d+/gu) ?? [];
  const words = tokens.filter((token) => !/^\d/.test(token));
  const numbers = tokens.filter((token) => /^\d/.test(token));
  const named = words.map(monthIn).find((one) => one !== undefined);
  if (named) {
    const [one = '', other = '', ...more] = numbers;
    if (more.length > 0) return [];
    const [year, day] = one.length === 4 ? [one, other] : [other, one];
    return datesOf([[year, String(named), day]], thisYear);
  }
  if (words.length > 0) return [];
  const [first = '', second = '', third = '', ...rest] = numbers.length === 1 ? split(numbers[0]) : numbers;
  if (rest.length > 0 || third === '') return [];
  if (first.length === 4) return datesOf([[first, second, third]], thisYear);
  return datesOf(
    [
      [third, first, second],
      [third, second, first],
    ],
    thisYear,
  );
}

/** Eight digits without separators: 03042017 or 20170304. */
function split(digits = ''): string[] {
  if (digits.length !== 8) return [];
  return /^(19|20)/.test(digits) && Number(digits.slice(4, 6)) <= 12
    ? [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)]
    : [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)];
}

function datesOf(parts: [year: string, month: string, day: string][], thisYear: number): string[] {
  const dates = parts.map(([year, month, day]) => {
    const y = yearIn(year, thisYear);
    return y && /^\d{1,2}$/.test(month) && /^\d{1,2}$/.test(day) ? dateOf(y, Number(month), Number(day)) : '';
  });
  return [...new Set(dates.filter((date) => date !== ''))];
}

function dateOf(year: number, month: number, day: number): string {
  return DateTime.fromObject({ year, month, day }).toISODate() ?? '';
}

/** Two digits mean one of the last hundred years. */
function yearIn(text: string, thisYear: number): number | undefined {
  if (/^\d{4}$/.test(text))
    return Number(text) >= EARLIEST && Number(text) <= 2100 ? Number(text) : undefined;
  if (!/^\d{2}$/.test(text)) return undefined;
  const year = thisYear - (thisYear % 100) + Number(text);
  return year > thisYear ? year - 100 : year;
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const NAMES = LANGUAGES.flatMap(({ locale }) =>
  Info.months('long', { locale }).map((name, at) => ({ name: plain(name), month: at + 1 })),
);

/** The month of a number, a name, or a name's first letters. */
function monthIn(text: string): number | undefined {
  if (/^\d{1,2}$/.test(text)) return Number(text) >= 1 && Number(text) <= 12 ? Number(text) : undefined;
  const word = plain(text).replace(/\.$/, '');
  if (word.length < 3) return undefined;
  const found = new Set(NAMES.filter(({ name }) => name.startsWith(word)).map(({ month }) => month));
  return found.size === 1 ? [...found][0] : undefined;
}
