import type { Types } from 'mongoose';
import { prefixOf, type CountedNeed } from '../booking/plan-needs.js';
import { writeAll } from '../booking/take-claims.js';
import { takeCount } from '../booking/take-count.js';
import type { Appointment } from '../models/appointment.js';
import { Claim, underPrefix } from '../models/claim.js';
import type { SlotMoveItem } from '../models/slot-move.js';

/**
 * Takes one of the places that a teacher may have on the new day, beside that of the old day.
 * @returns false if all are taken
 */
export async function enterDay(me: Appointment, need: CountedNeed, now: Date): Promise<boolean> {
  for (;;) {
    const claims = await Claim.find(underPrefix(need.prefix)).sort({ _id: 1 }).lean();
    const writes = await takeCount(me, need, claims, now);
    if (!writes) return false;
    if (writes.length === 0) return true;
    // This also happens if all were written: somebody may have taken the same one at this moment.
    await writeAll(Claim, writes);
  }
}

/** Releases the places that some appointments have on a day. */
export async function leaveDay(
  { event, resource }: Pick<SlotMoveItem, 'event' | 'resource'>,
  appointments: Types.ObjectId[],
  day: string,
): Promise<void> {
  const prefix = prefixOf('limit-day', [event, resource, day]);
  await Claim.deleteMany({ ...underPrefix(prefix), appointment: { $in: appointments } });
}
