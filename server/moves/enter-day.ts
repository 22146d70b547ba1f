import type { Types } from 'mongoose';
import type { CountedNeed } from '../claims/plan-needs.js';
import { sameHolders, takeCount, type ClaimWrite } from '../claims/take-count.js';
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
    const isFull = claims.length >= need.of;
    const beyond = isFull ? await countBeyond(claims, move) : 0;
    const handed = isFull ? await findHanded(me, claims) : undefined;
    const writes = handed ? [handed] : await takeCount(me, { ...need, of: need.of + beyond }, claims, now);
    if (!writes) return false;
    if (writes.length === 0) return true;
    // This also happens if all were written: somebody may have taken the same one at this moment.
    await writeTogether(writesTo<Claim>(Claim, writes));
  }
}

/** What takes back the place that an appointment left, on this same day, to one that is to replace it: that one is next again. */
async function findHanded({ _id }: Appointment, claims: readonly Claim[]): Promise<ClaimWrite | undefined> {
  const heir = await Appointment.findOne(
    { _id: { $in: claims.map(({ appointment }) => appointment) }, replaces: _id },
    { _id: 1 },
  ).lean();
  const claim = claims.find(({ appointment, next }) => !next && heir?._id.equals(appointment));
  if (!claim || !heir) return undefined;
  return {
    updateOne: { filter: sameHolders(claim), update: { $set: { appointment: _id, next: heir._id } } },
  };
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
