import { Resource } from '../models/resource.js';
import type { Slot } from '../models/slot.js';
import { shortDayAndTime } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';

/** A slot that stays as it is, or where it is, and the code of the reason. */
export interface Left<W extends string> {
  slot: Pick<Slot, '_id' | 'resource' | 'from'>;
  why: W;
}

const SHOWN = 200;

/**
 * Slots that stay, as slots/left-table shows them.
 * @param words the sentence for each code
 */
export async function rowsOfLeft<W extends string>(
  event: PlacedEvent,
  left: Left<W>[],
  words: Readonly<Record<W, string>>,
) {
  const shown = left.slice(0, SHOWN);
  const teachers = await Resource.find(
    { _id: { $in: shown.map(({ slot }) => slot.resource) }, account: event.account, event: event._id },
    { name: 1 },
  ).lean();
  const names = new Map(teachers.map(({ _id, name }) => [_id.toHexString(), name]));
  return {
    count: left.length,
    rows: shown.map(({ slot, why }) => ({
      href: `/events/${event._id.toHexString()}/day-sheet/${slot._id.toHexString()}`,
      name: names.get(slot.resource.toHexString()) ?? '',
      when: shortDayAndTime(slot.from, event),
      why: words[why],
    })),
  };
}
