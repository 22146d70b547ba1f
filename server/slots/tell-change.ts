import type { Slot } from '../models/slot.js';
import { countOf, number } from '../web/format-count.js';
import { shortDayAndTime } from '../web/format-time.js';
import type { Place } from '../web/place.js';
import type { ChangedSlot } from './mark-slots.js';
import { STATE_WORDS } from './policy.js';

export const CHANGED_MEANWHILE =
  'Somebody else changed some of these slots while you had this page open. This is how they are now. Check them, then continue.';

/** A sentence about slots that somebody changed between the look at them and the write. */
export function tellLost(count: number): string {
  return count > 0
    ? `${countOf(count, 'slot stays as it is', 'slots stay as they are')}: somebody else changed ${count === 1 ? 'it' : 'them'} at this moment.`
    : '';
}

const NAMED = 3;

/** What somebody else changed in the selected slots, shown before anything is written. */
export function tellChanged(
  changed: ChangedSlot<Pick<Slot, 'state' | 'message' | 'from'>>[],
  place: Place,
): string {
  const named = changed.slice(0, NAMED).map(({ was, now }) => {
    if (!now) return `one that was ${STATE_WORDS[was].toLowerCase()} is removed`;
    const message = now.message ? `, “${now.message}”` : '';
    return `${shortDayAndTime(now.from, place)} is ${STATE_WORDS[now.state].toLowerCase()}${message}`;
  });
  const more = changed.length > NAMED ? [`${number(changed.length - NAMED)} more`] : [];
  const count = countOf(changed.length, 'slot that you selected', 'slots that you selected');
  return `Nothing is changed yet. Somebody else changed ${count} while you had this page open (${[...named, ...more].join('; ')}). Your selection is still here. Select the button again to continue anyway.`;
}
