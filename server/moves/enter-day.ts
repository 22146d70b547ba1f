import type { Types } from 'mongoose';
import type { CountedNeed } from '../booking/plan-needs.js';
import { takeCount } from '../booking/take-count.js';
import type { Appointment } from '../models/appointment.js';
import { Claim, underPrefix } from '../models/claim.js';
import { duplicatesAmong } from '../models/duplicate-key.js';
import type { SlotMoveItem } from '../models/slot-move.js';

/** Takes one of what a teacher may have on the new day, beside that of the old one. @returns false where all are taken */
export async function enterDay(me: Appointment, need: CountedNeed, now: Date): Promise<boolean> {
  for (;;) {
    const claims = await Claim.find(underPrefix(need.prefix)).sort({ _id: 1 }).lean();
    const writes = await takeCount(me, need, claims, now);
    if (!writes) return false;
    if (writes.length === 0) return true;
    try {
      await Claim.bulkWrite(writes, { ordered: true });
    } catch (error) {
      // Somebody took the same one at this moment.
      if (!duplicatesAmong(error)) throw error;
    }
  }
}

/** Gives back what some appointments have of a day. */
export async function leaveDay(
  { event, resource }: Pick<SlotMoveItem, 'event' | 'resource'>,
  appointments: Types.ObjectId[],
  day: string,
): Promise<void> {
  const prefix = ['limit-day', event.toHexString(), resource.toHexString(), day, ''].join(':');
  await Claim.deleteMany({ ...underPrefix(prefix), appointment: { $in: appointments } });
}
