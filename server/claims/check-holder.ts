import { Types, type QueryFilter } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import { leavePlan } from './leave-plan.js';

export type Claimant = Pick<
  Appointment,
  | '_id'
  | 'household'
  | 'bookedBy'
  | 'createdAt'
  | 'byKey'
  | 'plan'
  | 'offer'
  | 'resource'
  | 'slot'
  | 'students'
>;

/** Somebody who wants to book, at whose request claims are judged. */
export type Taker = Claimant & Pick<Appointment, 'account'> & { replaces?: Types.ObjectId };

/** The taker for a request that is made at this moment. */
export function takerOf(
  {
    event,
    household,
    user,
    replaces,
  }: {
    event: { account: Types.ObjectId };
    household: { _id: Types.ObjectId };
    user: Types.ObjectId;
    replaces?: Types.ObjectId | undefined;
  },
  { resource, students, slot }: Pick<Claimant, 'resource' | 'students' | 'slot'>,
  now: Date,
): Taker {
  return {
    ...{ _id: new Types.ObjectId(), account: event.account, household: household._id, bookedBy: user },
    ...{ createdAt: now, byKey: '', resource, slot, students },
    ...(replaces ? { replaces } : {}),
  };
}

/**
 * Whether an appointment that a claim names holds nothing. This is final: expired, canceled and missing appointments stay so, and one whose
 * time is over is expired here first, so that it can never be booked later. An older hold of the same person yields, because they have
 * chosen another time; in a plan it yields only for the same meeting.
 * @param taker who wants what it holds; absent when nobody does
 */
export async function isDead(holder: Types.ObjectId, now: Date, taker?: Claimant): Promise<boolean> {
  const found = await Appointment.findById(holder, HOLDER_FIELDS).lean();
  if (!keepsNothing(found, now, taker)) return false;
  if (found?.state !== 'pending') return true;
  // Not matched: it was just booked or ended, so it is looked at again.
  return (await endHold(holder, 'hold ended')) || isDead(holder, now, taker);
}

/** The fields of an appointment that decide whether it keeps others out. */
export const HOLDER_FIELDS = {
  ...{ state: 1, expiresAt: 1, household: 1, bookedBy: 1, createdAt: 1, byKey: 1, plan: 1, resource: 1 },
  ...{ offer: 1, slot: 1, students: 1 },
} as const;
type Optional = 'plan' | 'offer';
export type HolderOf = Pick<Appointment, Exclude<keyof typeof HOLDER_FIELDS, Optional> | '_id' | Optional>;

/** The same for an appointment that was read, for pages that only look: nothing is ended. */
export function keepsNothing(found: HolderOf | null | undefined, now: Date, taker?: Claimant): boolean {
  if (!found || found.state === 'expired' || found.state === 'cancelled') return true;
  if (found.state !== 'pending') return false;
  const isOver = found.expiresAt !== undefined && found.expiresAt <= now;
  return isOver || (taker !== undefined && isOlderHold(found, taker));
}

/**
 * Whether a hold is older than the one its person makes. A total order, so that two holds of one person never end each other; the same
 * request sent twice makes one hold. An offered time takes nothing from its family, as it is offered beside their holds, and it is kept as
 * promised whatever else they book: only booking that very time takes it.
 */
function isOlderHold(held: Claimant, taker: Claimant): boolean {
  if (!held.household.equals(taker.household) || !held.bookedBy.equals(taker.bookedBy)) return false;
  if (held.byKey === taker.byKey || taker.offer) return false;
  if (held.offer && !held.slot.equals(taker.slot)) return false;
  if (held.plan && taker.plan?.equals(held.plan) && !isSameMeeting(held, taker)) return false;
  const byTime = held.createdAt.getTime() - taker.createdAt.getTime();
  return byTime === 0 ? held._id.toHexString() < taker._id.toHexString() : byTime < 0;
}

function isSameMeeting(a: Claimant, b: Claimant): boolean {
  return a.resource.equals(b.resource) && String(a.students) === String(b.students);
}

/**
 * Ends a hold for good; a hold of a plan leaves its plan first.
 * @returns false if it was booked or has ended
 */
export async function endHold(id: Types.ObjectId, refused: Refusal): Promise<boolean> {
  if (await expire({ _id: id, plan: { $exists: false } }, refused)) return true;
  const planned = await Appointment.findOne({ _id: id, state: 'pending' }, { plan: 1 }).lean();
  if (!planned?.plan || !(await leavePlan(planned.plan, id))) return false;
  return expire({ _id: id }, refused);
}

async function expire(which: QueryFilter<Appointment>, refused: Refusal): Promise<boolean> {
  const ended = await Appointment.updateOne(
    { ...which, state: 'pending' },
    { $set: { state: 'expired', refused, unfinished: true } },
  );
  return ended.modifiedCount === 1;
}
