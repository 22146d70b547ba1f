import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots, slotsOf } from '../models/appointment-slots.js';
import type { Event } from '../models/event.js';
import { Slot, type SlotState } from '../models/slot.js';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { groupSlots, type ReadSlot } from './mark-slots.js';

/** Neither parents nor staff may book it. */
export const LOCKED: SlotState = 'unavailable';
/** What has been locked for this long was left by a process that died. */
const LOCK_MS = 5 * 60_000;
/** The most that one turn of the job gives back. */
const AT_ONCE = 1000;

/** The appointments of a slot: booked ones and holds. */
export interface Taken {
  why: 'booked' | 'held';
  count: number;
}

export interface Locked<S> {
  /** Slots without appointments. Nobody can book them until they are unlocked or deleted; each has the state that it had before. */
  locked: S[];
  /** Slots with appointments, by id. They are unchanged. */
  taken: Map<string, Taken>;
}

/**
 * Keeps everybody from booking the slots that have no appointment, for a change that must not cross a booking.
 * A parent may book while this runs. Neither side can miss the other, because each writes before it looks:
 * - here: 1. set the slot to `unavailable`, which nobody may book · 2. look for its appointments (pending, booked, problem) · 3. none: it
 * is locked; otherwise restore its state
 * - booking: 1. insert the appointment `pending` · 2. take its claims · 3. read the slot's state again · 4. set the appointment to `booked`
 * If booking reads the state (3) before it is changed here (1), its appointment (1) exists before the look here (2), so the slot stays. A
 * hold past its expiry still counts until the job has expired it, because clocks of two processes differ. What a process that dies halfway
 * leaves locked a job gives back (`unlockLeft`).
 * @param slots as they were read; a slot that somebody has changed since is not locked
 */
export async function lockFree<S extends ReadSlot>(
  event: Pick<Event, '_id' | 'account'>,
  slots: S[],
  now: Date,
): Promise<Locked<S>> {
  const scope = { account: event.account, event: event._id };
  // This first look spares booked slots from being unavailable even for a moment.
  const before = await takenAmong(slots.map((slot) => slot._id));
  const free = slots.filter((slot) => !before.has(slot._id.toHexString()));
  const groups = groupSlots(free);
  for (const { ids, state, message } of groups)
    await Slot.updateMany(
      { ...scope, _id: { $in: ids }, state, message },
      { $set: { state: LOCKED, locked: { was: state, at: now } } },
    );
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

/** Restores the state that locked slots had before. */
export async function unlock(event: Pick<Event, '_id' | 'account'>, slots: ReadSlot[]): Promise<void> {
  const scope = { account: event.account, event: event._id };
  for (const { ids, state, message } of groupSlots(slots))
    await Slot.updateMany(
      { ...scope, _id: { $in: ids }, state: LOCKED, message },
      { $set: { state }, $unset: { locked: 1 } },
    );
}

/** Gives back what was locked by a process that died: each slot has the state that it had before. */
export async function unlockLeft({ now }: Pick<Deps, 'now'>): Promise<void> {
  const left = await Slot.find(
    { locked: { $exists: true }, 'locked.at': { $lte: new Date(now().getTime() - LOCK_MS) } },
    { state: 1, locked: 1 },
  )
    .limit(AT_ONCE)
    .lean();
  for (const { _id, state, locked } of left)
    if (locked)
      await Slot.updateOne(
        { _id, state, 'locked.at': locked.at },
        { $unset: { locked: 1 }, ...(state === LOCKED ? { $set: { state: locked.was } } : {}) },
      );
}

/** The slots with appointments or holds, and how many each has. */
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
