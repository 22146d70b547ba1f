import { hash } from 'node:crypto';
import type { Event } from '../../models/event.js';
import { Slot } from '../../models/slot.js';
import type { SlotFilter } from '../remove-slots.js';
import type { Selected } from '../schema.js';

/** The fields that select slots; undefined where nothing is selected. */
export function filterOf({ ids, resources, day }: Selected): SlotFilter | undefined {
  if (ids.length > 0) return { _id: { $in: ids } };
  return resources.length > 0 ? { resource: { $in: resources }, ...(day ? { day } : {}) } : undefined;
}

/** The selected slots as whole documents, by teacher and time. */
export async function readWhole(event: Pick<Event, '_id' | 'account'>, selection: Selected): Promise<Slot[]> {
  const filter = filterOf(selection);
  if (!filter) return [];
  return Slot.find({ account: event.account, event: event._id, ...filter })
    .sort({ resource: 1, from: 1 })
    .lean();
}

/** One text for the state of some slots, which shows whether anybody changed one since. */
export function printOfSlots(slots: Slot[]): string {
  const lines = slots.map(({ _id, state, message, from, to, capacity, kind, breakMinutes, link, ...slot }) =>
    [
      ...[_id.toHexString(), state, message, +from, +to, capacity, kind, breakMinutes, link],
      ...(slot.with ?? []),
    ].join(' '),
  );
  return hash('sha256', lines.sort().join('\n'), 'base64url');
}

/** One text for a list that somebody selects as a whole: how many slots, and which. It comes back with the form. */
export function printOfList(ids: { toHexString(): string }[]): string {
  return `${ids.length.toFixed()}-${hash('sha256', ids.map((id) => id.toHexString()).join(' '), 'base64url').slice(0, 20)}`;
}
