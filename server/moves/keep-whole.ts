import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots, slotsOf } from '../models/appointment-slots.js';
import { SlotMoveItem, type SlotMove } from '../models/slot-move.js';
import { moveSlot } from './move-slot.js';
import type { SlotTime } from './move-appointments.js';

/**
 * Moves back what went already of longer meetings that also need a slot that stays, with everything else in these slots; for an undo it is
 * what was undone that goes there again. May be done again. What cannot go back either is listed as a problem.
 */
export async function keepWhole(deps: Deps, move: SlotMove, stays: SlotMoveItem): Promise<void> {
  const isUndo = move.state === 'undoing';
  const went = await SlotMoveItem.find({
    move: move._id,
    slot: { $in: await findTied(stays.slot) },
    state: isUndo ? 'undone' : 'done',
  })
    .sort({ order: isUndo ? 1 : -1 })
    .lean();
  for (const item of went) {
    const [old, fresh] = [sourceOf(item), targetOf(item)];
    const [source, target] = isUndo ? [old, fresh] : [fresh, old];
    const why = await moveSlot(deps, item, source, target);
    if (why) await flagTorn(item.slot);
    else
      await SlotMoveItem.updateOne(
        { _id: item._id, state: item.state },
        { $set: { state: isUndo ? 'done' : 'stays', why: 'longer' } },
      );
  }
}

export const sourceOf = ({ from, to, day }: SlotMoveItem): SlotTime => ({ from, to, day });
export const targetOf = ({ newFrom, newTo, newDay }: SlotMoveItem): SlotTime => ({
  from: newFrom,
  to: newTo,
  day: newDay,
});

/** The other slots that longer meetings tie to a slot, straight or by way of others. */
async function findTied(slot: Types.ObjectId): Promise<Types.ObjectId[]> {
  const found = new Set([slot.toHexString()]);
  const tied = [slot];
  for (const one of tied) {
    const longer = await Appointment.find(
      { ...inSlots([one]), more: { $exists: true }, state: { $in: LIVING_STATES } },
      { slot: 1, more: 1 },
    ).lean();
    for (const id of longer.flatMap(slotsOf)) {
      if (found.has(id.toHexString())) continue;
      found.add(id.toHexString());
      tied.push(id);
    }
  }
  return tied.slice(1);
}

/** One of its slots is elsewhere, and somebody made a slot where it was: only a person can decide about it. */
async function flagTorn(slot: Types.ObjectId): Promise<void> {
  await Appointment.updateMany(
    { ...inSlots([slot]), more: { $exists: true }, state: 'booked' },
    { $set: { state: 'problem', problem: { code: 'torn' } } },
  );
}
