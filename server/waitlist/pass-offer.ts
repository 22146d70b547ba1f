import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { WaitlistEntry } from '../models/waitlist-entry.js';
import { endOffer, goBack } from './end-entry.js';

/**
 * Lets go of what is offered: the family keeps its place for another time. That they want it no more is noted first, so that it isn't offered
 * to them again whoever dies in between.
 * @returns `booked` where they have booked it meanwhile, `over` where there is no such offer
 */
export async function passOffer(deps: Deps, entry: WaitlistEntry): Promise<'passed' | 'booked' | 'over'> {
  const { _id, offer } = entry;
  if (!offer) return 'over';
  const noted = await WaitlistEntry.updateOne(
    { _id, open: true, 'offer.appointment': offer.appointment },
    { $set: { 'offer.passed': true } },
  );
  if (noted.matchedCount === 0) return 'over';
  if (!(await endOffer(deps, offer))) {
    const booked = await Appointment.exists({ _id: offer.appointment, state: { $in: LIVING_STATES } });
    if (booked) return 'booked';
  }
  await goBack(entry, 'passed');
  return 'passed';
}
