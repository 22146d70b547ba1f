import { finishAppointment } from '../booking/finish-appointment.js';
import { endHold } from '../claims/check-holder.js';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import { inSlots } from '../models/appointment-slots.js';
import { Slot } from '../models/slot.js';
import { SlotMoveItem } from '../models/slot-move.js';
import { LOCKED } from '../slots/lock-slots.js';

/** What a slot was before it was locked. */
export type Before = Pick<Slot, 'state' | 'message'>;

/**
 * Keeps everybody from booking a slot and ends its holds. Its former state is noted first.
 * @returns its former state; undefined if it no longer exists, or others are changing it
 */
export async function lockSlot(
  deps: Deps,
  item: SlotMoveItem,
  { from, to }: Pick<Slot, 'from' | 'to'>,
  message?: string,
): Promise<Before | undefined> {
  const scope = { _id: item.slot, account: item.account, event: item.event, from, to };
  let before = noted(await SlotMoveItem.findById(item._id).lean());
  for (;;) {
    const slot = await Slot.findOne(scope, { state: 1, message: 1, locked: 1 }).lean();
    // A change of several slots that isn't finished keeps on this one what its row becomes.
    if (!slot || slot.locked?.layout) return undefined;
    // A worker that locked the slot and died has noted the state; otherwise it is the slot's own.
    const isLocked =
      before !== undefined && slot.state === LOCKED && slot.message === (message ?? before.message);
    if (!isLocked || !before) {
      // What a change of several slots has locked goes back to what it was before that.
      before = { state: slot.locked?.was ?? slot.state, message: slot.message };
      await SlotMoveItem.updateOne(
        { _id: item._id },
        { $set: { slotState: before.state, slotMessage: before.message } },
      );
    }
    const locked = await Slot.updateOne(
      { ...scope, state: slot.state, message: slot.message },
      { $set: { state: LOCKED, ...(message === undefined ? {} : { message }) }, $unset: { locked: 1 } },
    );
    if (locked.matchedCount === 1) break;
  }
  const holds = await Appointment.find({ ...inSlots([item.slot]), state: 'pending' }, { _id: 1 }).lean();
  for (const { _id } of holds) {
    await endHold(_id, 'not here');
    await finishAppointment(deps, _id);
  }
  return before;
}

function noted(item: SlotMoveItem | null): Before | undefined {
  return item?.slotState && { state: item.slotState, message: item.slotMessage ?? '' };
}

/** Restores the slot's former state, at its old time. */
export async function unlockSlot(
  item: SlotMoveItem,
  { from, to }: Pick<Slot, 'from' | 'to'>,
  before: Before,
): Promise<void> {
  const scope = { _id: item.slot, account: item.account, event: item.event, from, to };
  await Slot.updateOne({ ...scope, state: LOCKED }, { $set: before });
}
