import type { Types } from 'mongoose';
import type { Appointment } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Claim } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import { Slot } from '../models/slot.js';
import { prefixOf } from './plan-needs.js';
import { passOn } from './release-claims.js';
import { sameHolders } from './take-count.js';

/** Removes one time of appointments from every diary. Its end identifies it, as a break may come before the slot. */
export async function leaveTime(
  appointments: Types.ObjectId[],
  slot: Types.ObjectId,
  to: Date,
): Promise<void> {
  await Diary.updateMany(
    { 'busy.appointment': { $in: appointments } },
    { $pull: { busy: { appointment: { $in: appointments }, slot, to } } },
  );
}

/**
 * Releases the places that some appointments have on a day, also where a merge has given them to another teacher meanwhile. What is to take
 * the place of one of them and stays on that day keeps its place; what goes along inherits none.
 * @param isLeft of a day, YYYY-MM-DD
 */
export async function leaveDay(
  { event }: Pick<Appointment, 'event'>,
  appointments: Types.ObjectId[],
  isLeft: (day: string) => boolean,
  now: Date,
): Promise<void> {
  const prefix = prefixOf('limit-day', [event]);
  const isGoing = (id: Types.ObjectId | undefined) => appointments.some((one) => id?.equals(one));
  const held = {
    $or: [{ appointment: { $in: appointments } }, { next: { $in: appointments, $exists: true } }],
  };
  for (;;) {
    const claims = (await Claim.find(held).lean()).filter(
      ({ _id }) => _id.startsWith(prefix) && isLeft(_id.split(':').at(-2) ?? ''),
    );
    if (claims.length === 0) return;
    // Again while somebody changes one in between.
    for (const claim of claims)
      if (isGoing(claim.next)) await Claim.updateOne(sameHolders(claim), { $unset: { next: 1 } });
      else await passOn([claim], now);
  }
}

/**
 * Leaves what an appointment has taken for a time at which it is no more: its day has moved between the two ends of a confirmation that
 * another one was ahead of.
 * @param former when the confirmation began
 */
export async function leaveFormer(
  { _id, event, ...appointment }: Appointment,
  former: Pick<Appointment, 'from' | 'to'>,
  now: Date,
): Promise<void> {
  if (+appointment.from === +former.from && +appointment.to === +former.to) return;
  const slots = await Slot.find({ _id: { $in: slotsOf(appointment) } }, { day: 1, to: 1 }).lean();
  const ends = slots.map(({ to }) => to);
  const old = { from: { $lt: former.to }, to: { $gt: former.from, $nin: ends } };
  await Diary.updateMany({ 'busy.appointment': _id }, { $pull: { busy: { appointment: _id, ...old } } });
  await leaveDay({ event }, [_id], (day) => !slots.some((slot) => slot.day === day), now);
}
