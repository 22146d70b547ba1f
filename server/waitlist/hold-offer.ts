import { Types } from 'mongoose';
import { endHold } from '../claims/check-holder.js';
import { finishAppointment } from '../booking/finish-appointment.js';
import { holdSlot } from '../booking/hold-slot.js';
import type { Deps } from '../deps.js';
import { LIVING_STATES } from '../models/appointment.js';
import type { Slot } from '../models/slot.js';
import { timeOf, WaitlistEntry, type Offer, type Offering } from '../models/waitlist-entry.js';
import { requestOf } from './find-fit.js';
import { endEntry, goBack } from './end-entry.js';
import type { Line } from './open-line.js';
import { tellOffer } from './tell-offer.js';

/** Whether a time is being put on hold for it, by somebody who may be dead. */
export function isBegun(entry: WaitlistEntry): entry is Offering {
  return entry.state === 'offering' && entry.offer !== undefined;
}

/**
 * Notes on an entry which time is about to be offered to it. Of two who do so at once one succeeds; the appointment is named before there is
 * one, so that whoever comes next, after a death too, goes on with it.
 * @returns undefined where the entry waits no longer, or has let go of the time
 */
export async function nameOffer(
  deps: Deps,
  entry: WaitlistEntry,
  slot: Slot,
  until: Date,
  by?: Types.ObjectId,
): Promise<Offering | undefined> {
  const offer: Offer = {
    appointment: new Types.ObjectId(),
    slot: slot._id,
    from: slot.from,
    to: slot.to,
    at: deps.now(),
    until,
    ...(by ? { by } : {}),
  };
  const named = await WaitlistEntry.findOneAndUpdate(
    {
      _id: entry._id,
      state: 'waiting',
      household: entry.household,
      students: entry.students,
      // By hand it may be offered all the same.
      ...(by ? {} : { passed: { $ne: timeOf(slot) } }),
    },
    { $set: { state: 'offering', offer } },
    { returnDocument: 'after' },
  ).lean();
  return named ? Object.assign({}, named, { offer }) : undefined;
}

/**
 * Puts the time that an entry names on hold and tells the family. Any step may be done again, by two at once too: one request has one hold,
 * and its mail one key.
 * @returns whether it is held
 */
export async function holdOffer(deps: Deps, line: Line, entry: Offering): Promise<boolean> {
  const { appointment } = entry.offer;
  const held = await holdSlot(deps, requestOf(line.event, entry, entry.offer));
  if (!held.ok) {
    await goBack(deps, entry);
    return false;
  }
  const still = await WaitlistEntry.exists({ _id: entry._id, open: true, 'offer.appointment': appointment });
  // Whoever ended the entry meanwhile ended only the hold that there was then.
  if (!still) {
    if (await endHold(appointment, 'hold ended')) await finishAppointment(deps, appointment);
    return false;
  }
  // It is booked already: whoever looks at the line would find this offer being made again and again.
  if (LIVING_STATES.includes(held.appointment.state)) {
    await endEntry(deps, entry, 'booked');
    return true;
  }
  await tellOffer(deps, line, entry);
  await WaitlistEntry.updateOne(
    { _id: entry._id, state: 'offering', 'offer.appointment': appointment },
    { $set: { state: 'offered' }, $inc: { offers: 1 } },
  );
  return true;
}
