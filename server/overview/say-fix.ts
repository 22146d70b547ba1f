import { andList, countOf, number } from '../web/format-count.js';
import { shortDay, timeSpan } from '../web/format-time.js';
import { groupBy } from '../web/lists.js';
import type { PlacedEvent } from '../web/place.js';
import type { Fix } from './plan-fixes.js';

/** What a fix does, as a heading, its result, and its button. */
export interface SaidFix {
  kind: Fix['kind'];
  title: string;
  effects: string[];
  submit: string;
}

export function sayFix(fix: Fix, missing: number, event: PlacedEvent): SaidFix {
  const enough =
    fix.gain >= missing
      ? 'Then every student can get a time.'
      : `Then ${countOf(missing - fix.gain, 'student still has', 'students still have')} no time.`;
  const slots = countOf('made' in fix ? fix.made.length : fix.slots.length, 'slot', 'slots');
  switch (fix.kind) {
    case 'after':
    case 'before': {
      const days = [...groupBy(fix.made, ({ day }) => day)].map(([day, own]) => {
        const sorted = own.toSorted((a, b) => +a.from - +b.from);
        const [first, last] = [sorted[0], sorted.at(-1)];
        return first && last ? `${shortDay(day, event)}, ${timeSpan(first.from, last.to, event)}` : '';
      });
      return {
        kind: fix.kind,
        title: fix.kind === 'after' ? 'Add slots after the last one' : 'Add slots before the first one',
        effects: [
          `${countOf(fix.made.length, 'more slot', 'more slots')}: ${andList(days, event)}.`,
          ...(fix.made.some((slot) => slot.with)
            ? ['Anybody who joins the neighboring slot joins these, too.']
            : []),
          enough,
        ],
        submit: `Add ${slots}`,
      };
    }
    case 'seats':
      return {
        kind: fix.kind,
        title: 'Let more families into one slot',
        effects: [
          `${countOf(fix.slots.length, 'free slot takes', 'free slots take')} ${number(fix.capacity)} families each, who meet the teacher together: ${countOf(fix.gain, 'more spot', 'more spots')}.`,
          enough,
        ],
        submit: `Open ${slots} to ${number(fix.capacity)} families`,
      };
    case 'shorten':
      return {
        kind: fix.kind,
        title: 'Make the free slots shorter',
        effects: [
          `${countOf(fix.slots.length, 'free slot becomes', 'free slots become')} slots of ${countOf(fix.minutes, 'minute', 'minutes')} between the same start and end: ${countOf(fix.gain, 'more spot', 'more spots')}.`,
          enough,
        ],
        submit: `Shorten to ${countOf(fix.minutes, 'minute', 'minutes')}`,
      };
  }
}
