import { isPlain } from '../models/search-key.js';

/** Shorter texts are copied anyway. */
const SLICED = 13;

/**
 * Copies a text into memory of its own. A piece of a file's text keeps the whole part in memory from which it was cut, so one cell of each
 * row would keep the whole file; and a part with one letter beyond Latin takes two bytes for each of its letters.
 */
export function ownText(text: string): string {
  if (text.length < SLICED) return text;
  return isPlain(text) ? Buffer.from(text, 'latin1').toString('latin1') : Buffer.from(text).toString();
}

/** The most bytes that a text takes in memory. */
export function bytesHeldBy(text: string): number {
  return isPlain(text) ? text.length : 2 * text.length;
}
