import { findFollowing, mostInARow } from '../booking/find-following.js';
import { lengthsOf, type Length } from '../booking/find-lengths.js';
import type { Appointment } from '../models/appointment.js';
import { Slot } from '../models/slot.js';
import type { SeenEvent } from './find-meeting.js';
import { listFree } from './list-free.js';

/** The lengths that the office can choose for what it has on hold, the shortest first; [] where there is but one. */
export async function findLengths(
  event: SeenEvent,
  { slot: id, resource, household, bookedBy, replaces, goer }: Appointment,
  now: Date,
): Promise<Length[]> {
  if (mostInARow(event) === 1) return [];
  const slot = await Slot.findById(id).lean();
  const following = slot ? await findFollowing(event, slot, 'school') : [];
  if (!slot || following.length === 0) return [];
  const looker = { user: bookedBy, household, replaces, goer };
  const free = (await listFree(event, [resource], looker, now)).get(String(resource)) ?? [];
  return lengthsOf(slot, following, (next) =>
    free.some((time) => time.slot._id.equals(next._id) && !time.isBusy),
  );
}
