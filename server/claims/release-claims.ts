import type { Types } from 'mongoose';
import { Claim } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import { isDead } from './check-holder.js';
import { sameHolders } from './take-count.js';

/** Frees what an appointment that has ended for good holds, or hands it to the living appointment that replaces it. */
export async function releaseClaims(ended: Types.ObjectId, now: Date): Promise<void> {
  await Claim.updateMany({ next: ended }, { $unset: { next: 1 } });
  let claims: Claim[];
  // Repeated if somebody changes one meanwhile.
  while ((claims = await Claim.find({ appointment: ended }).lean()).length > 0) {
    for (const claim of claims) await passOn(claim, now);
  }
  await Diary.updateMany({ 'busy.appointment': ended }, { $pull: { busy: { appointment: ended } } });
}

/** Passes on the claim of an ended appointment: to its successor if that one lives; otherwise the claim is removed. */
export async function passOn(claim: Claim, now: Date): Promise<void> {
  if (claim.next && !(await isDead(claim.next, now)))
    await Claim.updateOne(sameHolders(claim), { $set: { appointment: claim.next }, $unset: { next: 1 } });
  else await Claim.deleteOne(sameHolders(claim));
}
