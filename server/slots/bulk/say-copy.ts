import { number } from '../../web/format-count.js';
import { TOO_MANY_DAYS } from '../add-day.js';
import { MOST_SLOTS } from '../schema.js';
import type { CopyPlan } from './copy-slots.js';

/** Why slots can’t be copied this way. */
export function sayNoCopy(reason: Extract<CopyPlan, { ok: false }>['reason']): string {
  return {
    nobody: 'Select the teachers who get these times, or the day that they go to.',
    'several days':
      'The slots you selected are on several days, so they can’t all go to one day. Select slots of one day.',
    'too many days': TOO_MANY_DAYS,
    'too many': `That would be more than ${number(MOST_SLOTS)} slots. Select fewer teachers or slots.`,
  }[reason];
}

/** A sentence about lines of a pasted list that match nobody, or several. */
export function sayLeftLines(lines: string[]): string {
  const shown = lines.slice(0, 5).map((line) => `“${line.slice(0, 60)}”`);
  const more = lines.length > shown.length ? ` and ${number(lines.length - shown.length)} more` : '';
  return `Not recognized, or more than one teacher: ${shown.join(', ')}${more}. Correct or remove these lines.`;
}
