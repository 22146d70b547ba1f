import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { asRead } from '../models/as-read.js';
import { Claim } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import { findFollowing, mostInARow } from './find-following.js';
import { prefixOf } from './plan-needs.js';
import { passOn } from './release-claims.js';

export type Resized = { ok: true; hold: Appointment } | { ok: false; reason: 'too long' | 'next taken' };

/** After so many changes of one hold at once, it stays as it is. */
const TRIES = 20;

/**
 * Makes a hold last for so many slots in a row; takes nothing yet. Only a hold changes its slots, and a booking names the slots that were
 * read, so that nobody books slots that a change at the same moment has not taken. What was taken for another length stays taken until the
 * hold is booked or ends, because that change may need it.
 * @returns the hold afterwards; one that was booked or has ended meanwhile is returned as it was found
 */
export async function resizeHold(
  event: Pick<Event, '_id' | 'account' | 'booking'>,
  pending: Appointment,
  inARow: number,
  by: 'household' | 'school',
): Promise<Resized> {
  let hold = pending;
  for (let tried = 0; tried < TRIES; tried++) {
    if (slotsOf(hold).length === inARow || hold.state !== 'pending') return { ok: true, hold };
    if (inARow > mostInARow(event)) return { ok: false, reason: 'too long' };
    const slot = await Slot.findById(hold.slot).lean();
    const more = slot && inARow > 1 ? await findFollowing(event, slot, by, inARow - 1) : [];
    if (!slot || more.length < inARow - 1) return { ok: false, reason: 'next taken' };
    const to = (more.at(-1) ?? slot).to;
    const resized = await writeLength(hold, { to, more: more.map(({ _id }) => _id) });
    if (resized) return { ok: true, hold: resized };
    const now = await Appointment.findById(hold._id).lean();
    if (!now) break;
    hold = now;
  }
  return { ok: false, reason: 'next taken' };
}

async function writeLength(
  { _id, to, more }: Appointment,
  length: Pick<Appointment, 'to' | 'more'>,
): Promise<Appointment | null> {
  const $set = { to: length.to, resized: true };
  return Appointment.findOneAndUpdate(
    { _id, state: 'pending', to, ...asRead({ more }) },
    length.more?.length ? { $set: { ...$set, more: length.more } } : { $set, $unset: { more: 1 } },
    { returnDocument: 'after' },
  ).lean();
}

/**
 * Gives back what a booked appointment took for another length during its hold. Its slots are final, so only a request that began before
 * can take these again, and it gives them back too.
 */
export async function leaveSpare(booked: Appointment, now: Date): Promise<void> {
  const { _id } = booked;
  const own = slotsOf(booked);
  const claims = await Claim.find({
    $or: [{ appointment: _id }, { next: { $eq: _id, $exists: true } }],
  }).lean();
  for (const claim of claims.filter((one) => isSpare(one._id, booked)))
    if (claim.appointment.equals(_id)) await passOn([claim], now);
    else await Claim.updateOne({ _id: claim._id, next: _id }, { $unset: { next: 1 } });
  await leaveOtherSlots(_id, own);
}

/** Whether a claim, by its name, is a seat of a slot that an appointment does not have. */
export function isSpare(claim: string, appointment: Pick<Appointment, 'slot' | 'more'>): boolean {
  const isIts = slotsOf(appointment).some((slot) => claim.startsWith(prefixOf('slot', [slot])));
  return claim.startsWith('slot:') && !isIts;
}

/** Takes an appointment out of diaries for all slots but its own. */
export async function leaveOtherSlots(appointment: Types.ObjectId, own: Types.ObjectId[]): Promise<void> {
  await Diary.updateMany(
    { 'busy.appointment': appointment },
    { $pull: { busy: { appointment, slot: { $nin: own } } } },
  );
}
