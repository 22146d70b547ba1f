import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import { eachOf } from '../web/each-of.js';
import { endHold } from '../claims/check-holder.js';
import { freeClaims } from '../claims/free-claims.js';
import { ENDED_HOLDS_MS } from './policy.js';
import { reconcileSlots } from './reconcile-slots.js';
import { finishAppointment } from './finish-appointment.js';

const AT_ONCE = 200;

/** Ends holds whose time is over, finishes what a dead process left half done, and frees what no living appointment holds. */
export async function expireHolds(deps: Deps, stopping: AbortSignal): Promise<void> {
  await eachOf(idsOf({ state: 'pending', expiresAt: { $lte: deps.now() } }), stopping, async (id) => {
    await endHold(id, 'hold ended');
    await finishAppointment(deps, id);
  });
  await eachOf(idsOf({ unfinished: true }), stopping, (id) => finishAppointment(deps, id));
  if (stopping.aborted) return;
  await reconcileSlots(deps, stopping);
  await freeClaims(deps.now());
  await Appointment.deleteMany({
    state: 'expired',
    expiresAt: { $lt: new Date(deps.now().getTime() - ENDED_HOLDS_MS) },
    unfinished: { $exists: false },
  });
}

/** The ids of appointments, read in batches, because many holds may expire at once. */
async function* idsOf(filter: object): AsyncGenerator<Types.ObjectId> {
  let after: Types.ObjectId | undefined;
  for (;;) {
    const batch: { _id: Types.ObjectId }[] = await Appointment.find(
      { ...filter, ...(after ? { _id: { $gt: after } } : {}) },
      { _id: 1 },
    )
      .sort({ _id: 1 })
      .limit(AT_ONCE)
      .lean();
    for (const { _id } of batch) yield _id;
    after = batch.at(-1)?._id;
    if (batch.length < AT_ONCE) return;
  }
}
