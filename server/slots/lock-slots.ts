import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots, slotsOf } from '../models/appointment-slots.js';
import type { Event } from '../models/event.js';
import { Slot, type SlotState } from '../models/slot.js';
import type { Types } from 'mongoose';
import { groupSlots, type ReadSlot } from './mark-slots.js';

/** Neither parents nor staff may book it. */
export const LOCKED: SlotState = 'unavailable';

/** What somebody has of a slot, or holds. */
export interface Taken {
  why: 'booked' | 'held';
  count: number;
}

export interface Locked<S> {
  /** Nobody has them, and nobody can book them until they are unlocked or deleted; with the state that they had before. */
  locked: S[];
  /** By id: these are as they were. */
  taken: Map<string, Taken>;
}

/**
 * Keeps everybody from booking those slots that nobody has, for a change that no booking may cross.
 *
 * A parent may book while this runs. Neither side can miss the other, because each writes before it looks:
 * - here: 1. turn the slot `unavailable`, which nobody may book · 2. look for its appointments (pending, booked, problem) · 3. none: it is locked; else put the state back
 * - booking: 1. insert the appointment `pending` · 2. take its claims · 3. look at the slot's state again · 4. turn it `booked`
 * Had booking's look (3) come before the turning (1), its appointment (1) was there before the look here (2), so the slot stays.
 * A hold past its expiry still counts until the job has expired it: clocks of two processes differ.
 * A process that dies half-way leaves slots unavailable; doing the same again goes on.
 * @param slots as they were read; one that somebody changed since is not locked
 */
export async function lockFree<S extends ReadSlot>(
  event: Pick<Event, '_id' | 'account'>,
  slots: S[],
): Promise<Locked<S>> {
  const scope = { account: event.account, event: event._id };
  // A first look, so that booked slots are not touched even for a moment.
  const before = await takenAmong(slots.map((slot) => slot._id));
  const free = slots.filter((slot) => !before.has(slot._id.toHexString()));
  const groups = groupSlots(free);
  for (const { ids, state, message } of groups)
    await Slot.updateMany({ ...scope, _id: { $in: ids }, state, message }, { $set: { state: LOCKED } });
  const meanwhile = await takenAmong(free.map((slot) => slot._id));
  await unlock(
    event,
    free.filter((slot) => meanwhile.has(slot._id.toHexString())),
  );
  return {
    locked: free.filter((slot) => !meanwhile.has(slot._id.toHexString())),
    taken: new Map([...before, ...meanwhile]),
  };
}

/** Gives locked slots back the state that they had. */
export async function unlock(event: Pick<Event, '_id' | 'account'>, slots: ReadSlot[]): Promise<void> {
  const scope = { account: event.account, event: event._id };
  for (const { ids, state, message } of groupSlots(slots))
    await Slot.updateMany({ ...scope, _id: { $in: ids }, state: LOCKED, message }, { $set: { state } });
}

/** Which of the slots somebody has or holds, and how many do. */
export async function takenAmong(slots: Types.ObjectId[]): Promise<Map<string, Taken>> {
  const appointments = await Appointment.find(
    { ...inSlots(slots), state: { $in: ['pending', ...LIVING_STATES] } },
    { slot: 1, more: 1, state: 1 },
  ).lean();
  const taken = new Map<string, Taken>();
  for (const appointment of appointments)
    for (const key of slotsOf(appointment).map(String)) {
      const { why = 'held', count = 0 } = taken.get(key) ?? {};
      taken.set(key, { why: appointment.state === 'pending' ? why : 'booked', count: count + 1 });
    }
  return taken;
}
