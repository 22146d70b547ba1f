import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import type { Slot } from '../models/slot.js';
import type { Wish } from './check-booking.js';
import { mayCancel } from './policy.js';

type Changing = Pick<Wish, 'event' | 'household' | 'students' | 'by'> & {
  replaces?: Types.ObjectId | undefined;
};

/** Finds what is replaced: the same children, still to be canceled, and the same teacher if the family changes it. */
export async function checkReplaced(
  wish: Changing,
  slot: Pick<Slot, '_id' | 'resource'>,
  now: Date,
): Promise<{ ok: true; old?: Appointment } | { ok: false; reason: Refusal }> {
  if (!wish.replaces) return { ok: true };
  const old = await Appointment.findOne({
    _id: wish.replaces,
    event: wish.event._id,
    household: wish.household,
    // The school may also give a family a time with another teacher.
    ...(wish.by === 'household' ? { resource: slot.resource } : {}),
    students: wish.students,
    state: { $in: LIVING_STATES },
  }).lean();
  if (!old) return { ok: false, reason: 'hold ended' };
  const reason = judgeChange(wish, slot, old, now);
  return reason ? { ok: false, reason } : { ok: true, old };
}

/** Why a meeting can't be changed to this slot. */
export function judgeChange(
  { event, by }: Pick<Wish, 'event' | 'by'>,
  slot: Pick<Slot, '_id'>,
  old: Pick<Appointment, 'slot' | 'from'>,
  now: Date,
): Refusal | undefined {
  if (old.slot.equals(slot._id)) return 'teacher limit';
  return mayCancel(event, old.from, now, by) ? undefined : 'too late to change';
}
