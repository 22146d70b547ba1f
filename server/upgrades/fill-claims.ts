import type { Types } from 'mongoose';
import { reconcileClaims } from '../booking/reconcile-claims.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';

const BATCH = 200;

/**
 * Until version 0.4 what limits count was taken only while a limit was set, and diaries were kept by days of the school's time zone.
 * Gives what is booked its claims, and moves what is booked or on hold to diaries by UTC days.
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
