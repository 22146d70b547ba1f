import type { Types } from 'mongoose';
import type { CountedNeed } from '../claims/plan-needs.js';
import { takeCount } from '../claims/take-count.js';
import { Appointment } from '../models/appointment.js';
import { Claim, underPrefix } from '../models/claim.js';
import { SlotMoveItem } from '../models/slot-move.js';
import { writesTo, writeTogether } from '../models/write-together.js';

/**
 * Takes one of the places that a teacher may have on the new day, beside that of the old day.
 * @returns false if all are taken
 */
export async function enterDay(
  me: Appointment,
  need: CountedNeed,
  move: Types.ObjectId,
  now: Date,
): Promise<boolean> {
  for (;;) {
    const claims = await Claim.find(underPrefix(need.prefix)).sort({ _id: 1 }).lean();
    const beyond = claims.length < need.of ? 0 : await countBeyond(claims, move);
    const writes = await takeCount(me, { ...need, of: need.of + beyond }, claims, now);
    if (!writes) return false;
    if (writes.length === 0) return true;
    // This also happens if all were written: somebody may have taken the same one at this moment.
    await writeTogether(writesTo<Claim>(Claim, writes));
  }
}

/**
 * How many of a day's places are held by appointments that came with the same move and were booked beyond the limit: on the old day they
 * stood beside those that keep to it, and so they do on the new one, whichever comes first.
 */
async function countBeyond(claims: readonly Claim[], move: Types.ObjectId): Promise<number> {
  const found = await Appointment.find(
    { _id: { $in: claims.map(({ appointment }) => appointment) }, 'override.rules': 'day limit' },
    { slot: 1 },
  ).lean();
  if (found.length === 0) return 0;
  return SlotMoveItem.countDocuments({ move, slot: { $in: found.map(({ slot }) => slot) } });
}
