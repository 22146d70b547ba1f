import type { Types } from 'mongoose';
import { Claim } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import { isDead } from './check-holder.js';
import { sameHolders, type ClaimWrite } from './take-count.js';

/** Frees what an appointment that has ended for good holds, or hands it to the living appointment that replaces it. */
export async function releaseClaims(ended: Types.ObjectId, now: Date): Promise<void> {
  await Claim.updateMany({ next: ended }, { $unset: { next: 1 } });
  for (;;) {
    const claims = await Claim.find({ appointment: ended }).lean();
    // Repeated if somebody changes one meanwhile.
    if ((await passOn(claims, now)) === claims.length) break;
  }
  await Diary.updateMany({ 'busy.appointment': ended }, { $pull: { busy: { appointment: ended } } });
}

/**
 * Passes on claims of ended appointments: each to its successor if that one lives; otherwise the claim is removed.
 * @returns how many were as they had been read
 */
export async function passOn(claims: Claim[], now: Date): Promise<number> {
  if (claims.length === 0) return 0;
  const writes: ClaimWrite[] = [];
  for (const claim of claims) {
    const { next } = claim;
    const filter = sameHolders(claim);
    if (next && !(await isDead(next, now)))
      writes.push({ updateOne: { filter, update: { $set: { appointment: next }, $unset: { next: 1 } } } });
    else writes.push({ deleteOne: { filter } });
  }
  const { deletedCount, modifiedCount } = await Claim.bulkWrite(writes, { ordered: false });
  return deletedCount + modifiedCount;
}
