import { andList, number } from '../web/format-count.js';
import type { Style } from '../web/place.js';

/** What a sentence about a file needs beside its values. */
export interface Told {
  file: string;
  /** The column; '' if there is none. */
  field: string;
  style: Style;
}

/** The problem, with what Slotbell did about it, and what a person can do. */
export type Words = readonly [problem: string, advice: string];

/** The values of a code that needs none. */
export type None = object;

export const SKIPPED = 'This row was skipped. Nobody is removed because of it.';
export const AS_IS = 'If that’s right, there’s nothing to do.';
export const WITHOUT_EXCEL = 'Export the file again and upload it without opening it in Excel.';

/** A text from a file, quoted in a sentence. */
export function quoted(text: string): string {
  return `“${text}”`;
}

/** "line 2", "lines 2, 3, and 4", "lines 2, 3, and 40 more". @param count how many there are in all; the first ones are named */
export function linesInWords(lines: readonly number[], count: number, style: Style): string {
  const more = count - lines.length;
  const named = lines.map((line) => number(line));
  const listed = more > 0 ? [...named, `${number(more)} more`] : named;
  return `${listed.length === 1 ? 'line' : 'lines'} ${andList(listed, style)}`;
}
