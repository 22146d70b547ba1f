import { checkBooking } from '../booking/check-booking.js';
import { isOffered } from '../claims/find-following.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots } from '../models/appointment-slots.js';
import { Slot } from '../models/slot.js';
import type { Offering, WaitlistEntry } from '../models/waitlist-entry.js';
import { endEntry, endOffer, goBack } from './end-entry.js';
import { holdOffer } from './hold-offer.js';
import type { Line } from './open-line.js';
import { hasWaitlist, MOST_LAPSES } from './policy.js';
import { tellEnd, tellTakenBack } from './tell-offer.js';

/** A process that named an offer and made no hold of it for so long is dead. */
const DEAD_MS = 10 * 60_000;

/** Does what follows from an offer: it was booked, let go, ran out, or can't be booked any more; or it is being made still. */
export async function finishOffer(deps: Deps, line: Line, entry: Offering): Promise<void> {
  const { offer } = entry;
  const now = deps.now();
  const held = await Appointment.findById(offer.appointment).lean();
  if (held?.state === 'booked' || held?.state === 'problem' || held?.state === 'cancelled') {
    await endEntry(deps, entry, 'booked');
    return;
  }
  if (offer.passed) {
    await endOffer(deps, offer);
    await goBack(deps, entry, 'passed');
  } else if (held && offer.until <= now) await lapse(deps, line, entry);
  else if (held?.state === 'pending') {
    if (!(await isBookable(deps, line, entry, held.from))) {
      // What was booked this very moment is seen by the next look.
      if (await endOffer(deps, offer)) await takeBack(deps, line, entry);
    } else if (entry.state === 'offering') await holdOffer(deps, line, entry);
  } else if (!held && entry.state === 'offering' && now.getTime() - offer.at.getTime() < DEAD_MS)
    await holdOffer(deps, line, entry);
  // They took the same time themselves, or the school ended it: they keep their place.
  else await takeBack(deps, line, entry);
}

/** The mail goes first: who dies in between sends none twice. */
async function lapse(deps: Deps, line: Line, entry: Offering): Promise<void> {
  await endOffer(deps, entry.offer);
  const held = await Appointment.findById(entry.offer.appointment, { state: 1 }).lean();
  if (held && held.state !== 'expired') return;
  // Of what was never told nobody could miss the end.
  if (entry.state === 'offering') return goBack(deps, entry);
  // Without a waitlist nobody is to answer, and nobody is taken off it.
  if (!hasWaitlist(line.event)) return goBack(deps, entry);
  if (entry.lapses + 1 < MOST_LAPSES) return goBack(deps, entry, 'lapsed');
  await tellEnd(deps, line, entry, 'lapsed');
  await endEntry(deps, entry, 'lapsed');
}

/** The mail goes first, and is not sent where they have the time that was offered all the same. */
async function takeBack(deps: Deps, line: Line, entry: Offering): Promise<void> {
  if (entry.state === 'offered' && !(await hasTime(entry))) await tellTakenBack(deps, line, entry);
  await goBack(deps, entry);
}

async function hasTime({ household, offer }: Offering): Promise<boolean> {
  const theirs = {
    household,
    ...inSlots([offer.slot]),
    state: { $in: ['pending' as const, ...LIVING_STATES] },
  };
  return (await Appointment.exists(theirs)) !== null;
}

/** By the rules as they are now, and at the time that was told. */
async function isBookable(
  deps: Deps,
  { event }: Line,
  { students, household, goer, offer }: WaitlistEntry,
  from: Date,
): Promise<boolean> {
  const slot = offer && (await Slot.findById(offer.slot, { state: 1, from: 1 }).lean());
  if (!slot || !isOffered(slot, 'household') || +slot.from !== +from) return false;
  const asked = { event, slot: slot._id, students, household, goer, by: 'household' as const };
  return (await checkBooking(asked, deps.now())).ok;
}
