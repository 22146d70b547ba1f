import { findNeeds } from '../booking/find-needs.js';
import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { coveredMinutes, Slot } from '../models/slot.js';
import type { SlotMoveItem, StayCode } from '../models/slot-move.js';
import { LOCKED } from '../slots/lock-slots.js';
import { enterDay } from './enter-day.js';
import { lockSlot, unlockSlot, type Before } from './lock-moved.js';
import { isWayBack, livingIn, moveAppointments, type SlotTime } from './move-appointments.js';
import { findParts, leadOf } from './find-parts.js';
import { enterTime } from '../claims/enter-time.js';
import { leaveDay, leaveTime } from '../claims/leave-times.js';

/**
 * Moves one slot with all of its appointments, or nothing of it. Its claims stay; each appointment keeps its id, and its entry in the
 * family's calendar counts one more change. Each step may be repeated, so that a death between two of them loses nothing:
 * 1. lock the slot, so that nobody books it, and end its holds
 * 2. enter the new time in all diaries and take the counts per day, beside the old ones
 * 3. move the slot if it still is where it was, and unlock it in the same write
 * 4. move its appointments · 5. remove the old time from the diaries, and release the old day's counts
 * If step 2 or 3 fails, what was entered is removed and the slot is unlocked at its old time.
 * A longer meeting goes to its new time, and leaves the old one, with the last of its slots (`keep-whole.ts`).
 * @returns why it stays, if it does
 */
export async function moveSlot(
  deps: Deps,
  item: SlotMoveItem,
  source: SlotTime,
  target: SlotTime,
): Promise<StayCode | undefined> {
  const slot = await Slot.findOne({ _id: item.slot, account: item.account, event: item.event }).lean();
  if (!slot) return 'gone';
  if (isAt(slot, target)) {
    await moveAppointments(item, source, target, deps.now());
    return undefined;
  }
  if (!isAt(slot, source)) return 'changed';
  const before = await lockSlot(deps, item, source);
  if (!before) return 'changed';
  const living = await livingIn(item.slot);
  const refused = await enterAll(deps, item, living, source, target);
  const why = refused ?? (await moveTo(slot, source, target, before, living.length > 0));
  if (!why) {
    await moveAppointments(item, source, target, deps.now());
    return undefined;
  }
  const ids = living.map(({ _id }) => _id);
  await leaveTime(ids, item.slot, target.to);
  if (source.day !== target.day) await leaveDay(item, ids, (day) => day === target.day, deps.now());
  // A merge of two teachers has given it to the other one: what was taken for the first is of no use.
  const passed =
    why === 'changed' && (await Slot.exists({ ...whereIs(slot, source), resource: { $ne: slot.resource } }));
  if (passed) return moveSlot(deps, item, source, target);
  await unlockSlot(item, source, before);
  return why;
}

const whereIs = ({ _id, account, event }: Slot, { from, to }: SlotTime) => ({
  ...{ _id, account, event, from, to },
  state: LOCKED,
});

const isAt = (slot: Slot, { from, to }: SlotTime) => +slot.from === +from && +slot.to === +to;
async function enterAll(
  deps: Deps,
  item: SlotMoveItem,
  living: Appointment[],
  source: SlotTime,
  target: SlotTime,
): Promise<StayCode | undefined> {
  for (const appointment of living) {
    const parts = appointment.more ? await findParts(item, appointment, isWayBack(item, source)) : [];
    if (!parts) return 'longer';
    const needs = await findNeeds(appointment, { _id: item.slot, ...target }, leadOf(parts, item));
    for (const need of needs) {
      if (need.kind === 'counted') {
        if (source.day !== target.day && !(await enterDay(appointment, need, item.move, deps.now())))
          return 'day limit';
        continue;
      }
      // Whoever interprets is chosen again at the new time.
      if (need.refusal === 'interpreter busy') continue;
      const refusal = await enterTime(appointment, need, deps.now());
      if (refusal) return refusal === 'teacher busy' ? 'teacher busy' : 'household busy';
    }
  }
  return undefined;
}

async function moveTo(
  slot: Slot,
  source: SlotTime,
  target: SlotTime,
  before: Before,
  isBooked: boolean,
): Promise<StayCode | undefined> {
  const { from, to, day } = target;
  try {
    const moved = await Slot.updateOne(
      { ...whereIs(slot, source), resource: slot.resource },
      {
        $set: {
          ...{ from, to, day, minutes: coveredMinutes(target), ...before },
          // If a teacher joined meanwhile, their diary has the old time: the job corrects that.
          ...(isBooked ? { unsettled: true } : {}),
        },
      },
    );
    return moved.matchedCount === 1 ? undefined : 'changed';
  } catch (error) {
    if (isDuplicateKey(error)) return 'overlap';
    throw error;
  }
}
