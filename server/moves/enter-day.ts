import type { Types } from 'mongoose';
import { prefixOf, type CountedNeed } from '../claims/plan-needs.js';
import { passOn } from '../claims/release-claims.js';
import { sameHolders, takeCount } from '../claims/take-count.js';
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

/**
 * Releases the places that some appointments have on a day, also where a merge has given them to another teacher meanwhile. What is to take
 * the place of one of them and stays on that day keeps its place; what goes along inherits none.
 */
export async function leaveDay(
  { event }: Pick<SlotMoveItem, 'event'>,
  appointments: Types.ObjectId[],
  day: string,
  now: Date,
): Promise<void> {
  const [prefix, ofDay] = [prefixOf('limit-day', [event]), `:${day}:`];
  const isGoing = (id: Types.ObjectId | undefined) => appointments.some((one) => id?.equals(one));
  const held = {
    $or: [{ appointment: { $in: appointments } }, { next: { $in: appointments, $exists: true } }],
  };
  for (;;) {
    const claims = (await Claim.find(held).lean()).filter(
      ({ _id }) => _id.startsWith(prefix) && _id.includes(ofDay),
    );
    if (claims.length === 0) return;
    // Again while somebody changes one in between.
    for (const claim of claims)
      if (isGoing(claim.next)) await Claim.updateOne(sameHolders(claim), { $unset: { next: 1 } });
      else await passOn(claim, now);
  }
}
