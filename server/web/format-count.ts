import type { Style } from './place.js';
import { remember } from './remember.js';

/** All locales that an account may have write numbers in the same way, so a number needs no locale. A test checks this. */
const NUMBERS = new Intl.NumberFormat('en-US');
const LISTS = new Map<string, Intl.ListFormat>();

/** "1,240". */
export function number(value: number): string {
  return NUMBERS.format(value);
}

/** "1 class", "1,240 classes". */
export function countOf(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** "a, b, and c"; the comma before the last is American. */
export function andList(parts: readonly string[], style: Style): string {
  return lists('conjunction', style).format(parts);
}

/** "a, b, or c". */
export function orList(parts: readonly string[], style: Style): string {
  return lists('disjunction', style).format(parts);
}

function lists(type: 'conjunction' | 'disjunction', { locale }: Style): Intl.ListFormat {
  return remember(LISTS, `${type} ${locale}`, () => new Intl.ListFormat(locale, { type }));
}

/** "3 KB", "1.4 MB". */
export function fileSize(bytes: number): string {
  return bytes < 1_000_000
    ? `${number(Math.max(1, Math.round(bytes / 1000)))} KB`
    : `${number(Math.round(bytes / 100_000) / 10)} MB`;
}

/** "41 s", "3 min 5 s", "1 h 4 min"; '' for undefined. @param took in ms */
export function tookInWords(took: number | undefined): string {
  if (took === undefined) return '';
  const seconds = Math.round(took / 1000);
  if (seconds < 1) return 'under 1 s';
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `${String(seconds)} s`;
  return seconds < 3600
    ? twoParts(Math.floor(seconds / 60), 'min', seconds % 60, 's')
    : twoParts(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function twoParts(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return `${number(big)} ${bigUnit}${small > 0 ? ` ${String(small)} ${smallUnit}` : ''}`;
}

/** An amount of US dollars: "$230", "$199.10". */
export function dollars(amount: number, { locale }: Style): string {
  const minimumFractionDigits = Number.isInteger(amount) ? 0 : 2;
  return new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', minimumFractionDigits }).format(
    amount,
  );
}
