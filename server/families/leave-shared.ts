import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Claim } from '../models/claim.js';
import type { Household } from '../models/household.js';

/** A household's coming meetings about a child and another one whom it keeps. */
function sharedBy(
  { _id, children }: Pick<Household, '_id' | 'children'>,
  student: Types.ObjectId,
  now: Date,
) {
  const others = children.map((one) => one.student).filter((id) => !id.equals(student));
  return {
    household: _id,
    state: { $in: LIVING_STATES },
    from: { $gt: now },
    $and: [{ students: student }, { students: { $in: others } }],
  };
}

/**
 * Takes a child out of a household's coming meetings that are also about another child of it: they stay booked for that one, and the limits
 * that they took for this child are released. May be repeated.
 */
export async function leaveShared(
  household: Pick<Household, '_id' | 'children'>,
  student: Types.ObjectId,
  now: Date,
): Promise<void> {
  const shared = await Appointment.find(sharedBy(household, student, now), { event: 1 }).lean();
  for (const { _id, event } of shared) {
    const limits = new RegExp(`^limit(-student|-family)?:${event.toHexString()}:${student.toHexString()}:`);
    await Claim.deleteMany({ appointment: _id, _id: limits });
    // This goes last, because a repetition finds the meeting by the child.
    await Appointment.updateOne(
      { _id, ...sharedBy(household, student, now) },
      { $pull: { students: student } },
    );
  }
}
