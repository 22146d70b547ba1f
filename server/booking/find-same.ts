import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { HolderOf } from '../claims/check-holder.js';
import type { HoldRequest } from './build-hold.js';

/** The booked meeting that a request asks for again. */
export async function findSame(request: HoldRequest, now: Date): Promise<Appointment | undefined> {
  const seated = await Appointment.find({ slot: request.slot, state: { $in: LIVING_STATES } }).lean();
  return seated.find(isSameAs(request, false, now));
}

/**
 * Whether an appointment is the very meeting that a family asks for, as when a time is pressed in two tabs, or by both adults: they are led
 * to the one meeting. A hold is joined only where a press books it at once; otherwise the second page would lose what is typed on it.
 */
export function isSameAs(request: HoldRequest, isNow: boolean, now: Date) {
  const { by, plan, draw, offer, replaces, typed, household, user, slot, students } = request;
  if (by !== 'household' || plan || draw || offer || replaces || typed) return () => false;
  return (one: HolderOf & Pick<Appointment, 'draw' | 'replaces' | 'typed'>): boolean => {
    const isMine = one.household.equals(household) && one.slot.equals(slot);
    if (!isMine || String(one.students) !== String(students)) return false;
    if (LIVING_STATES.includes(one.state)) return true;
    const isHold = isNow && one.state === 'pending' && one.bookedBy.equals(user);
    const isOther = one.plan ?? one.offer ?? one.draw ?? one.replaces ?? one.typed;
    return isHold && !isOther && one.expiresAt !== undefined && one.expiresAt > now;
  };
}
