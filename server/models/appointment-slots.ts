import type { QueryFilter, Types } from 'mongoose';
import type { Appointment } from './appointment.js';

/** All slots of a meeting, by time: a longer one has further ones. */
export function slotsOf({ slot, more = [] }: Pick<Appointment, 'slot' | 'more'>): Types.ObjectId[] {
  return [slot, ...more];
}

/** The appointments that have one of some slots, as their first or as a further one. Whoever asks who sits in a slot asks so. */
export function inSlots(slots: Types.ObjectId[]): QueryFilter<Appointment> {
  // Saying that there is one is what lets the partial index answer.
  return { $or: [{ slot: { $in: slots } }, { more: { $in: slots, $exists: true } }] };
}

/** How many slots an appointment takes, as an aggregation counts them. */
export const SLOT_COUNT = { $add: [1, { $size: { $ifNull: ['$more', []] } }] };
