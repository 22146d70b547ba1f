import type { Types } from 'mongoose';
import { reconcileClaims } from '../booking/reconcile-claims.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';

const BATCH = 200;

/**
 * Until version 0.4 limits were only counted while a limit was set, and diaries went by days of the school's time zone. This gives booked
 * appointments their claims, and moves booked and held appointments to diaries by UTC days.
 */
export async function fillClaims(): Promise<void> {
  let after: Types.ObjectId | undefined;
  for (;;) {
    const batch: Appointment[] = await Appointment.find({
      state: { $in: ['pending', ...LIVING_STATES] },
      ...(after ? { _id: { $gt: after } } : {}),
    })
      .sort({ _id: 1 })
      .limit(BATCH)
      .lean();
    await reconcileClaims(batch);
    after = batch.at(-1)?._id;
    if (batch.length < BATCH) return;
  }
}
