import { Appointment, APPOINTMENT_STATES } from '../models/appointment.js';
import { Claim } from '../models/claim.js';
import { clearDiaries } from '../models/diary.js';
import { Draw } from '../models/draw.js';
import { DrawEntry } from '../models/draw-entry.js';
import { Event } from '../models/event.js';

const BATCH = 500;

/**
 * Deletes the claims and diaries of events whose last day was before that time: they only keep future appointments apart. The appointments
 * stay. What was wished and drawn in their preference rounds goes too: nobody asks for it anymore.
 * @returns how many claims it deleted
 */
export async function deleteBookkeeping(until: Date, stopping: AbortSignal): Promise<number> {
  const day = until.toISOString().slice(0, 10);
  const past = await Event.find({ days: { $lt: day, $not: { $gte: day } } }, { _id: 1 }).lean();
  let deleted = 0;
  for (const { _id: event } of past) {
    await deleteRound(event);
    for (const state of APPOINTMENT_STATES) {
      let after = new Date(0);
      for (let more = true; more && !stopping.aborted;) {
        const found = await Appointment.find({ event, state, from: { $gte: after, $lt: until } }, { from: 1 })
          .sort({ from: 1 })
          .limit(BATCH)
          .lean();
        const ids = found.map(({ _id }) => _id);
        deleted += (await Claim.deleteMany({ appointment: { $in: ids } })).deletedCount;
        await clearDiaries(ids);
        const last = found.at(-1)?.from ?? after;
        // More slots than a batch may begin at one moment: then the loop moves on, and the rest are looked at another day.
        after = +last === +after ? new Date(+last + 1) : last;
        more = found.length === BATCH;
      }
    }
  }
  return deleted;
}

async function deleteRound(event: Event['_id']): Promise<void> {
  await DrawEntry.deleteMany({ event });
  await Draw.deleteOne({ event });
}
