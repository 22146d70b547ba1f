import type { Slot } from '../models/slot.js';
import type { Household } from '../models/household.js';
import type { Taker } from '../claims/check-holder.js';
import { findFree, languageAtOnce, type Interpreted } from './find-interpreter.js';
import type { Length } from './find-lengths.js';

/**
 * Limits a meeting's lengths to those for which one interpreter is free all the time, where it needs one.
 * @param slots those of the longest meeting, by time
 */
export async function limitLengths(
  event: Interpreted,
  household: Pick<Household, 'interpreter'>,
  { lengths, slots, me, now }: { lengths: Length[]; slots: Slot[]; me: Taker; now: Date },
): Promise<Length[]> {
  const language = languageAtOnce(event, household);
  if (!language) return lengths;
  for (let most = lengths.length; most > 1; most--) {
    const free = await findFree(event, language, slots.slice(0, most), { me, now });
    if (free.length > 0) return lengths.slice(0, most);
  }
  return [];
}
