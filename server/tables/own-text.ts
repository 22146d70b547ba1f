import { isPlain } from '../models/scoped.js';

/** Shorter texts are copied anyway. */
const SLICED = 13;

/**
 * The same text in memory of its own. A piece that is cut out of a file's text keeps the whole part that it stood in, so that one cell
 * of each row would keep the whole file; a part with one letter beyond Latin's takes two bytes for each of its letters.
 */
export function ownText(text: string): string {
  if (text.length < SLICED) return text;
  return isPlain(text) ? Buffer.from(text, 'latin1').toString('latin1') : Buffer.from(text).toString();
}

/** How many bytes a text takes in memory at most. */
export function bytesHeldBy(text: string): number {
  return isPlain(text) ? text.length : 2 * text.length;
}
