import { Resource } from '../../models/resource.js';
import type { Slot } from '../../models/slot.js';
import { countOf } from '../../web/format-count.js';
import { daysInWords } from '../../web/format-time.js';
import type { PlacedEvent } from '../../web/place.js';
import type { Selected } from '../schema.js';
import { printOfSlots } from './read-selection.js';

/** The hidden fields with which a form says which slots it is about, and what they were. */
export function fieldsOf({ ids, resources, day }: Selected, slots: Slot[]) {
  const hex = (list: { toHexString(): string }[]) => list.map((id) => id.toHexString());
  return { ids: hex(ids), resources: hex(resources), day, print: printOfSlots(slots) };
}

/** The selection in words. */
export async function wordsOf(event: PlacedEvent, slots: Slot[]) {
  const resources = [...new Set(slots.map(({ resource }) => resource.toHexString()))];
  const [first] = await Resource.find({ _id: { $in: resources }, account: event.account }, { name: 1 })
    .limit(1)
    .lean();
  const days = [...new Set(slots.map(({ day }) => day))].sort();
  const whom =
    resources.length === 1
      ? (first?.name ?? 'one teacher')
      : countOf(resources.length, 'teacher', 'teachers');
  return { count: slots.length, whom, days, when: days.length > 0 ? daysInWords(days, event) : '' };
}
