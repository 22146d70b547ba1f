import { Types, type QueryFilter } from 'mongoose';
import { Appointment, type Refusal } from '../models/appointment.js';
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

/** Somebody who looks at what is free, as a booking made now would. */
export type Taker = Claimant & Pick<Appointment, 'account'> & { replaces?: Types.ObjectId };

/** As if it were asked for now. */
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
 * Whether an appointment that a claim names holds nothing any more. Once dead it stays dead: expired, cancelled and missing
 * are final, and one that only waits to be expired is expired here first, so that it can never be booked later.
 * An older hold of the same person gives way: they have chosen another time instead. In a plan it does so for the same meeting alone.
 * @param taker who wants what it holds; absent when nobody does
 */
export async function isDead(holder: Types.ObjectId, now: Date, taker?: Claimant): Promise<boolean> {
  const found = await Appointment.findById(holder, HOLDER_FIELDS).lean();
  if (!keepsNothing(found, now, taker)) return false;
  if (found?.state !== 'pending') return true;
  // Not matched: it was booked or ended just now, so it is looked at again.
  return (await endHold(holder, 'hold ended')) || isDead(holder, now, taker);
}

/** What of an appointment tells whether it keeps others out. */
export const HOLDER_FIELDS = {
  ...{ state: 1, expiresAt: 1, household: 1, bookedBy: 1, createdAt: 1, byKey: 1, plan: 1, resource: 1 },
  ...{ offer: 1, slot: 1, students: 1 },
} as const;
type Optional = 'plan' | 'offer';
export type HolderOf = Pick<Appointment, Exclude<keyof typeof HOLDER_FIELDS, Optional> | '_id' | Optional>;

/** The same of what was read, for pages that only look: nothing is ended. */
export function keepsNothing(found: HolderOf | null | undefined, now: Date, taker?: Claimant): boolean {
  if (!found || found.state === 'expired' || found.state === 'cancelled') return true;
  if (found.state !== 'pending') return false;
  const isOver = found.expiresAt !== undefined && found.expiresAt <= now;
  return isOver || (taker !== undefined && isOlderHold(found, taker));
}

/**
 * What somebody is offered takes nothing from them: it is offered where it is free beside what they have on hold. And it is kept, as they
 * were told, whatever else they press; only who presses on that time itself takes it so.
 * A total order, so that two holds of one person never end each other. What the same request made, sent twice at once, is no other hold.
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

/** Ends a hold that was not booked, for good; one of a plan leaves its plan first. @returns false when it is pending no longer. */
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
