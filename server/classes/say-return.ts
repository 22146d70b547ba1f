import { DateTime } from 'luxon';
import type { Event } from '../models/event.js';
import { countOf } from '../web/format-count.js';
import { hourOfDay } from '../web/format-time.js';
import type { Place } from '../web/place.js';

/**
 * When the next nightly sync of an event is, as words in a sentence: "tonight at 1 AM". Undefined while its sync is off.
 * @param place the account's, in whose zone nights are counted
 */
export function nextSync(event: Pick<Event, 'sync'>, place: Place, now: Date): string | undefined {
  if (!event.sync?.on) return undefined;
  const here = DateTime.fromJSDate(now, { zone: place.timeZone });
  const today = here.set({ hour: event.sync.hour, minute: 0, second: 0, millisecond: 0 });
  const next = today > here ? today : today.plus({ days: 1 });
  const sameDay = next.hasSame(here, 'day');
  const day = next.hour < 6 || (sameDay && next.hour >= 18) ? 'tonight' : sameDay ? 'today' : 'tomorrow';
  return `${day} at ${hourOfDay(next.toJSDate(), place)}`;
}

/**
 * Says that deleted classes come back with the nightly import. Classes made by hand do not.
 * @param when from `nextSync`
 */
export function sayReturn(imported: number, byHand: number, when: string | undefined): string[] {
  const told: string[] = [];
  const one = imported === 1;
  if (imported > 0 && when)
    told.push(
      `${countOf(imported, 'deleted class reappears', 'deleted classes reappear')} at the next sync, ${when}.`,
    );
  else if (imported > 0)
    told.push(
      `${countOf(imported, 'class stays', 'classes stay')} deleted while the sync of this event is off. The next sync brings ${one ? 'it' : 'them'} back.`,
    );
  if (byHand > 0)
    told.push(
      `${countOf(byHand, 'deleted class was', 'deleted classes were')} made by hand. Syncs don’t bring ${byHand === 1 ? 'it' : 'them'} back.`,
    );
  return told;
}
