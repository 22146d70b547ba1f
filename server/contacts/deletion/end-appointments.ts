import type { QueryFilter, Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Claim } from '../../models/claim.js';
import { clearDiaries } from '../../models/diary.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { deleteBatches } from './delete-batches.js';

/**
 * Ends a hold, or cancels a booked appointment with a notice to the family; also sends the notice of an earlier cancellation that was cut
 * off. Supplied by booking.
 */
export type EndAppointment = (
  appointment: Pick<Appointment, '_id' | 'account' | 'state'>,
  user: Types.ObjectId,
) => Promise<void>;

const BATCH = 200;

/** Removes appointments. Future ones are canceled first, with notices to their families. */
export async function clearAppointments(
  run: ActiveRun,
  which: QueryFilter<Appointment>,
  by: Types.ObjectId,
  end: EndAppointment,
): Promise<void> {
  await endComing(run, which, by, end);
  await deleteAppointments(run, which);
}

/**
 * Ends holds and cancels future appointments, with their notices. A repetition finds what nobody was told yet; a notice has one key, so
 * nobody is told twice.
 */
async function endComing(
  run: ActiveRun,
  which: QueryFilter<Appointment>,
  by: Types.ObjectId,
  end: EndAppointment,
): Promise<void> {
  const alive: QueryFilter<Appointment>[] = [
    { state: 'pending' },
    { state: { $in: LIVING_STATES }, from: { $gt: run.now() } },
    // A worker canceled these and was killed before it told the family.
    { state: 'cancelled', unfinished: true },
  ];
  for (const state of alive)
    for (;;) {
      const found = await Appointment.find({ ...which, ...state }, { account: 1, state: 1 })
        .limit(BATCH)
        .lean();
      if (found.length === 0) break;
      for (const appointment of found) {
        await end(appointment, by);
        await run.step();
      }
    }
}

/** Deletes appointments with their seats, limits and diary entries. Future ones have been canceled before. */
function deleteAppointments(run: ActiveRun, which: QueryFilter<Appointment>): Promise<void> {
  return deleteBatches(run, Appointment, which, async (ids) => {
    // The appointments go last: a repetition finds the rest by them.
    await Claim.updateMany({ next: { $in: ids, $exists: true } }, { $unset: { next: 1 } });
    await Claim.deleteMany({ appointment: { $in: ids } });
    await clearDiaries(ids);
    await Appointment.deleteMany({ _id: { $in: ids } });
  });
}
