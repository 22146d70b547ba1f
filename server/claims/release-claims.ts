import type { Types } from 'mongoose';
import { Claim } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import { isDead } from './check-holder.js';
import { sameHolders } from './take-count.js';

/**
 * Frees what an appointment holds, or hands it to the living one that takes its place.
 * Only for an appointment that has ended for good: nothing may free what could still be booked.
 */
export async function releaseClaims(ended: Types.ObjectId, now: Date): Promise<void> {
  await Claim.updateMany({ next: ended }, { $unset: { next: 1 } });
  let claims: Claim[];
  // Again while somebody changes one in between.
  while ((claims = await Claim.find({ appointment: ended }).lean()).length > 0) {
    for (const claim of claims) await passOn(claim, now);
  }
  await Diary.updateMany({ 'busy.appointment': ended }, { $pull: { busy: { appointment: ended } } });
}

/** Of a claim whose holder has ended: to its heir, if that one lives, else away. */
export async function passOn(claim: Claim, now: Date): Promise<void> {
  if (claim.next && !(await isDead(claim.next, now)))
    await Claim.updateOne(sameHolders(claim), { $set: { appointment: claim.next }, $unset: { next: 1 } });
  else await Claim.deleteOne(sameHolders(claim));
}
