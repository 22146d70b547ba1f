import { andList, number } from '../web/format-count.js';
import type { Style } from '../web/place.js';

/** What a sentence about a file is made of beside its values. */
export interface Told {
  file: string;
  /** The column that it is about; '' for none. */
  field: string;
  style: Style;
}

/** What is wrong and what Slotbell did with it, and what a person does about it. */
export type Words = readonly [problem: string, advice: string];

/** A code that needs no values. */
export type None = object;

export const SKIPPED = 'This row was skipped. Nobody is removed because of it.';
export const AS_IS = 'If that’s right, there’s nothing to do.';
export const WITHOUT_EXCEL = 'Export the file again and upload it without opening it in Excel.';

/** A text out of a file, within a sentence. */
export function quoted(text: string): string {
  return `“${text}”`;
}

/** "line 2", "lines 2, 3, and 4", "lines 2, 3, and 40 more". @param count of all, of which the first ones are named */
export function linesInWords(lines: readonly number[], count: number, style: Style): string {
  const more = count - lines.length;
  const named = lines.map((line) => number(line));
  const listed = more > 0 ? [...named, `${number(more)} more`] : named;
  return `${listed.length === 1 ? 'line' : 'lines'} ${andList(listed, style)}`;
}
