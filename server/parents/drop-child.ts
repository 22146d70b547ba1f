import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { endHolds } from '../booking/end-holds.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Contact } from '../models/contact.js';
import { Household, MOST_DROPPED } from '../models/household.js';
import type { Family } from './load-conference.js';
import { tellAdults } from './tell-adults.js';

/** A household's meetings to come about one child, in all events of the account, by time. */
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
 * Removes a child that a family added, for instance by mistake; they may add the child again. While meetings about the child are to come,
 * nothing is removed, so that no meeting is canceled by accident. The child goes first and its holds after that, so that no request under
 * way books one; the child returns if a meeting was booked meanwhile. The school still sees who had the child, and can take the child away
 * for good.
 * @returns false while meetings are to come
 */
export async function dropChild(deps: Deps, family: Family, contact: Contact): Promise<boolean> {
  const student = contact._id;
  const { account, event, household, actor } = family;
  const now = deps.now();
  if ((await comingAbout(family, student, now)).length > 0) return false;
  const child = household.children.find((one) => one.student.equals(student));
  if (!child) return true;
  // Adults who proved the child themselves lose it too, because the household acts as one.
  const brought = (household.brought ?? []).filter((one) => one.student.equals(student));
  const { adult, by, at: since } = child;
  const dropped = { student, adult, by, since, at: now };
  const gone = await Household.updateOne(
    { _id: household._id, account: account._id, children: { $elemMatch: { student, at: since } } },
    {
      $pull: { children: { student }, brought: { student } },
      $push: { dropped: { $each: [dropped], $slice: -MOST_DROPPED } },
    },
  );
  // Sent twice, or the school took the child away meanwhile.
  if (gone.modifiedCount === 0) return true;
  await endHolds(deps, { _id: household._id, student });
  if ((await comingAbout(family, student, now)).length > 0) {
    await Household.updateOne(
      { _id: household._id, 'children.student': { $ne: student }, 'removed.student': { $ne: student } },
      {
        $push: { children: child, ...(brought.length > 0 ? { brought: { $each: brought } } : {}) },
        $pull: { dropped: { student } },
      },
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
  await tellAdults(
    deps,
    family,
    household.adults.filter((id) => !id.equals(actor.user)),
    {
      ...{ subject: 'mails.droppedSubject', text: 'mails.dropped' },
      ...{ kind: 'access changed', child: contact },
      key: `dropped:${student.toHexString()}`,
    },
  );
  return true;
}
