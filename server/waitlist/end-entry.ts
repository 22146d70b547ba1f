import type { Types } from 'mongoose';
import { endHold } from '../claims/check-holder.js';
import { finishAppointment } from '../booking/finish-appointment.js';
import type { Deps } from '../deps.js';
import { slotOf, timeOf, WaitlistEntry, type Offer, type WaitlistState } from '../models/waitlist-entry.js';
import { revokeOffer } from './tell-offer.js';
import { MOST_PASSED } from './policy.js';

type End = Extract<WaitlistState, 'booked' | 'left' | 'lapsed' | 'removed' | 'gone'>;

/**
 * Takes an entry off the list, and then ends the hold of what it is offered: who dies in between leaves a hold without an entry, which is found
 * by that.
 * @param by who at the school did it
 * @returns false where it had ended
 */
export async function endEntry(
  deps: Deps,
  { _id, offer }: Pick<WaitlistEntry, '_id' | 'offer'>,
  state: End,
  by?: Types.ObjectId,
): Promise<boolean> {
  const ended = await WaitlistEntry.findOneAndUpdate(
    { _id, open: true },
    { $set: { state, endedAt: deps.now(), ...(by ? { endedBy: by } : {}) }, $unset: { open: 1 } },
    { returnDocument: 'after' },
  ).lean();
  const hold = ended?.offer ?? offer;
  if (hold) await endOffer(deps, hold);
  return ended !== null;
}

/** Gives back the time that is kept; what was booked stays. @returns whether it was on hold */
export async function endOffer(deps: Deps, { appointment }: Pick<Offer, 'appointment'>): Promise<boolean> {
  const ended = await endHold(appointment, 'hold ended');
  await finishAppointment(deps, appointment);
  await revokeOffer(appointment, deps.now());
  return ended;
}

/**
 * Back in line, at the same place, after an offer that came to nothing. A mail about it that hasn't gone out yet never does.
 * @param without the time is not offered to it again: it was let go, or went unanswered
 */
export async function goBack(
  deps: Deps,
  { _id, offer }: Pick<WaitlistEntry, '_id' | 'offer'>,
  without?: 'passed' | 'lapsed',
): Promise<void> {
  if (!offer) return;
  await revokeOffer(offer.appointment, deps.now());
  const time = timeOf(slotOf(offer));
  await WaitlistEntry.updateOne(
    { _id, open: true, 'offer.appointment': offer.appointment },
    {
      $set: { state: 'waiting', ...(without === 'passed' ? { lapses: 0 } : {}) },
      $unset: { offer: 1 },
      ...(without ? { $push: { passed: { $each: [time], $slice: -MOST_PASSED } } } : {}),
      ...(without === 'lapsed' ? { $inc: { lapses: 1 } } : {}),
    },
  );
}
