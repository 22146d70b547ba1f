import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { Slot, type SlotState } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { groupSlots, type ReadSlot } from './mark-slots.js';

export type SlotFilter =
  { _id: { $in: Types.ObjectId[] } } | { resource: { $in: Types.ObjectId[] }; day?: string };

/** Neither parents nor staff may book it. */
const FENCE: SlotState = 'unavailable';

export interface Removed {
  removed: number;
  /** Slots that stay, because somebody has them or is about to. */
  booked: Types.ObjectId[];
  held: Types.ObjectId[];
}

/**
 * Removes slots that nobody has; a booked one, or one that a parent holds right now, stays and is said.
 *
 * A parent may book while this runs. Neither side can miss the other, because each writes before it looks:
 * - here: 1. turn the slot `unavailable`, which nobody may book · 2. look for its appointments (pending, booked, problem) · 3. none: delete; else put the state back
 * - booking: 1. insert the appointment `pending` · 2. take its claims · 3. look at the slot's state again · 4. turn it `booked`
 * Had booking's look (3) come before the turning (1), its appointment (1) was there before the look here (2), so the slot stays.
 * A hold past its expiry still counts until the job has expired it: clocks of two processes differ.
 * A run that dies half-way leaves slots unavailable; running it again removes them.
 * @param slots as they were read; one that somebody changed since stays
 */
export async function removeSlots(
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  slots: ReadSlot[],
  now: Date,
): Promise<Removed> {
  const scope = { account: event.account, event: event._id };
  // A first look, so that booked slots are not touched even for a moment.
  const before = await takenAmong(slots.map((slot) => slot._id));
  const free = slots.filter((slot) => !before.has(slot._id.toHexString()));
  const groups = groupSlots(free);

  for (const { ids, state, message } of groups)
    await Slot.updateMany({ ...scope, _id: { $in: ids }, state, message }, { $set: { state: FENCE } });
  const meanwhile = await takenAmong(free.map((slot) => slot._id));
  let removed = 0;
  for (const { ids, state, message } of groups) {
    const fenced = { ...scope, state: FENCE, message };
    const taken = ids.filter((id) => meanwhile.has(id.toHexString()));
    await Slot.updateMany({ ...fenced, _id: { $in: taken } }, { $set: { state } });
    const gone = ids.filter((id) => !meanwhile.has(id.toHexString()));
    removed += (await Slot.deleteMany({ ...fenced, _id: { $in: gone } })).deletedCount;
  }

  await recordAudit({
    ...scope,
    user: actor.user,
    action: 'remove slots',
    detail: { removed, kept: slots.length - removed },
    at: now,
  });
  const staying = slots.flatMap(({ _id }) => {
    const why = before.get(_id.toHexString()) ?? meanwhile.get(_id.toHexString());
    return why ? [{ _id, why }] : [];
  });
  return {
    removed,
    booked: staying.filter(({ why }) => why === 'booked').map(({ _id }) => _id),
    held: staying.filter(({ why }) => why === 'held').map(({ _id }) => _id),
  };
}

/** Which of the slots somebody has or holds. */
export async function takenAmong(slots: Types.ObjectId[]): Promise<Map<string, 'booked' | 'held'>> {
  const appointments = await Appointment.find(
    { slot: { $in: slots }, state: { $in: ['pending', ...LIVING_STATES] } },
    { slot: 1, state: 1 },
  ).lean();
  const taken = new Map<string, 'booked' | 'held'>();
  for (const { slot, state } of appointments)
    if (state !== 'pending') taken.set(slot.toHexString(), 'booked');
    else if (!taken.has(slot.toHexString())) taken.set(slot.toHexString(), 'held');
  return taken;
}
