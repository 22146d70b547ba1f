import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Household } from '../models/household.js';
import type { Family } from './load-conference.js';

/** The coming meetings of a household about one child, in all events of the account, by time. */
export async function comingAbout(
  { account, household }: Pick<Family, 'account' | 'household'>,
  student: Types.ObjectId,
  now: Date,
): Promise<Appointment[]> {
  return Appointment.find({
    account: account._id,
    household: household._id,
    students: student,
    state: { $in: LIVING_STATES },
    to: { $gt: now },
  })
    .sort({ from: 1 })
    .lean();
}

/**
 * Lets a family part with a child that they added, as after a mistake. They may add the child again. While meetings about the child
 * are coming nothing is removed: no meeting is canceled unasked. The child goes first, so that no more is booked, and comes back where a
 * meeting was booked meanwhile.
 * @returns false while meetings are coming
 */
export async function dropChild(deps: Deps, family: Family, student: Types.ObjectId): Promise<boolean> {
  const { account, event, household, actor } = family;
  const now = deps.now();
  if ((await comingAbout(family, student, now)).length > 0) return false;
  const before = await Household.findOneAndUpdate(
    { _id: household._id, account: account._id, 'children.student': student },
    { $pull: { children: { student } } },
  ).lean();
  const child = before?.children.find((one) => one.student.equals(student));
  // Pressed twice, or taken away by the school meanwhile.
  if (!child) return true;
  if ((await comingAbout(family, student, now)).length > 0) {
    await Household.updateOne(
      { _id: household._id, 'children.student': { $ne: student }, 'removed.student': { $ne: student } },
      { $push: { children: child } },
    );
    return false;
  }
  await recordAudit({
    account: account._id,
    event: event._id,
    user: actor.user,
    action: 'remove child',
    targets: [student],
    at: now,
  });
  return true;
}
