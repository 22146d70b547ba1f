import { findFollowing, mostInARow } from '../claims/find-following.js';
import { lengthsOf, type Length } from '../booking/find-lengths.js';
import { limitLengths } from '../booking/limit-lengths.js';
import type { Appointment } from '../models/appointment.js';
import { Household } from '../models/household.js';
import { Slot } from '../models/slot.js';
import type { SeenEvent } from './find-meeting.js';
import { listFree } from './list-free.js';

/** The lengths that the office can choose for what it has on hold, the shortest first; [] where there is but one. */
export async function findLengths(event: SeenEvent, hold: Appointment, now: Date): Promise<Length[]> {
  const { slot: id, resource, household, bookedBy, replaces, goer, override } = hold;
  if (mostInARow(event) === 1) return [];
  const slot = await Slot.findById(id).lean();
  const following = slot ? await findFollowing(event, slot, 'school') : [];
  if (!slot || following.length === 0) return [];
  const looker = { user: bookedBy, household, replaces, goer };
  const free = (await listFree(event, [resource], looker, now)).get(String(resource)) ?? [];
  const lengths = lengthsOf(slot, following, (next) =>
    free.some((time) => time.slot._id.equals(next._id) && !time.isBusy),
  );
  const home = lengths.length > 0 ? await Household.findById(household, { interpreter: 1 }).lean() : null;
  if (!home || override?.rules.includes('interpreter busy')) return lengths;
  return limitLengths(event, home, { lengths, slots: [slot, ...following], me: hold, now });
}
