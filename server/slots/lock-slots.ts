import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots, slotsOf } from '../models/appointment-slots.js';
import type { Event } from '../models/event.js';
import { Slot, type SlotState } from '../models/slot.js';
import { Types } from 'mongoose';
import { groupSlots, type ReadSlot } from './mark-slots.js';

/** Neither parents nor staff may book it. */
export const LOCKED: SlotState = 'unavailable';

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
  /** Slots that somebody else has changed since they were read, or is changing. */
  changed: S[];
  /** Names this change: it is in the `locked` of each locked slot, and each further write carries it in its filter. */
  by: Types.ObjectId;
}

/**
 * Keeps everybody from booking the slots that have no appointment, for a change that must not cross a booking.
 * A parent may book while this runs. Neither side can miss the other, because each writes before it looks:
 * - here: 1. set the slot to `unavailable`, which nobody may book · 2. look for its appointments (pending, booked, problem) · 3. none: it
 * is locked; otherwise restore its state
 * - booking: 1. insert the appointment `pending` · 2. take its claims · 3. read the slot's state again · 4. set the appointment to `booked`
 * If booking reads the state (3) before it is changed here (1), its appointment (1) exists before the look here (2), so the slot stays. A
 * hold past its expiry still counts until the job has expired it, because clocks of two processes differ. What a process that dies halfway
 * leaves locked a job gives back (`unlock-left.ts`).
 * @param slots as they were read; a slot that somebody has changed since, or has locked, is not locked
 */
export async function lockFree<S extends ReadSlot>(
  event: Pick<Event, '_id' | 'account'>,
  slots: S[],
  now: Date,
): Promise<Locked<S>> {
  const scope = { account: event.account, event: event._id };
  const by = new Types.ObjectId();
  // This first look spares booked slots from being unavailable even for a moment.
  const before = await takenAmong(slots.map((slot) => slot._id));
  const free = slots.filter((slot) => !before.has(slot._id.toHexString()));
  const groups = groupSlots(free);
  for (const { ids, state, message } of groups)
    await Slot.updateMany(
      { ...scope, _id: { $in: ids }, state, message, locked: { $exists: false } },
      { $set: { state: LOCKED, locked: { was: state, at: now, by } } },
    );
  const [meanwhile, mine] = await Promise.all([
    takenAmong(free.map((slot) => slot._id)),
    Slot.find({ ...scope, _id: { $in: free.map((slot) => slot._id) }, 'locked.by': by }, { _id: 1 }).lean(),
  ]);
  const isTaken = ({ _id }: S) => meanwhile.has(_id.toHexString());
  const ids = new Set(mine.map(({ _id }) => _id.toHexString()));
  const isMine = ({ _id }: S) => ids.has(_id.toHexString());
  await unlock(event, free.filter(isTaken), by);
  const rest = free.filter((slot) => !isTaken(slot));
  return {
    locked: rest.filter(isMine),
    taken: new Map([...before, ...meanwhile]),
    changed: rest.filter((slot) => !isMine(slot)),
    by,
  };
}

/**
 * Restores the state that slots had before.
 * @param by the change that locked them; what another one has locked since stays so
 */
export async function unlock(
  event: Pick<Event, '_id' | 'account'>,
  slots: ReadSlot[],
  by: Types.ObjectId,
): Promise<void> {
  const scope = { account: event.account, event: event._id };
  for (const { ids, state } of groupSlots(slots))
    await Slot.updateMany(
      { ...scope, _id: { $in: ids }, state: LOCKED, 'locked.by': by },
      { $set: { state }, $unset: { locked: 1 } },
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
