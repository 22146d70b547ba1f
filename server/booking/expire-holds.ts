import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import { endHold } from './check-holder.js';
import { freeClaims } from './free-claims.js';
import { ENDED_HOLDS_MS } from './policy.js';
import { reconcileSlots } from './reconcile-slots.js';
import { finishAppointment } from './finish-appointment.js';

const AT_ONCE = 200;

/** Ends holds whose time is over, finishes what a process that died left half done, and frees what no living appointment holds. */
export async function expireHolds(deps: Deps, stopping: AbortSignal): Promise<void> {
  await inBatches(stopping, { state: 'pending', expiresAt: { $lte: deps.now() } }, async (id) => {
    await endHold(id, 'hold ended');
    await finishAppointment(deps, id);
  });
  await inBatches(stopping, { unfinished: true }, (id) => finishAppointment(deps, id));
  if (stopping.aborted) return;
  await reconcileSlots(deps, stopping);
  await freeClaims(deps.now());
  await Appointment.deleteMany({
    state: 'expired',
    expiresAt: { $lt: new Date(deps.now().getTime() - ENDED_HOLDS_MS) },
    unfinished: { $exists: false },
  });
}

/** One that fails is left for the next minute and does not hold the others up. */
async function inBatches(
  stopping: AbortSignal,
  filter: object,
  work: (id: Types.ObjectId) => Promise<void>,
): Promise<void> {
  let after: Types.ObjectId | undefined;
  let failed: unknown;
  for (;;) {
    const batch: { _id: Types.ObjectId }[] = await Appointment.find(
      { ...filter, ...(after ? { _id: { $gt: after } } : {}) },
      { _id: 1 },
    )
      .sort({ _id: 1 })
      .limit(AT_ONCE)
      .lean();
    for (const { _id } of batch) {
      if (stopping.aborted) return;
      await work(_id).catch((error: unknown) => (failed ??= error));
    }
    after = batch.at(-1)?._id;
    if (batch.length < AT_ONCE) break;
  }
  if (failed) throw failed instanceof Error ? failed : new Error('finishing an appointment failed');
}
