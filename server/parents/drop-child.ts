import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { endHolds } from '../booking/end-holds.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Contact } from '../models/contact.js';
import { Household, MOST_DROPPED } from '../models/household.js';
import type { Family } from './load-conference.js';
import { tellAdults } from './tell-adults.js';

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
 * are coming nothing is removed: no meeting is canceled unasked. The child goes first, so that no more is held, then holds end,
 * so that no request under way books one; the child comes back where a meeting was booked meanwhile. The school still sees who had the
 * child, and can take the child away for good.
 * @returns false while meetings are coming
 */
export async function dropChild(deps: Deps, family: Family, contact: Contact): Promise<boolean> {
  const student = contact._id;
  const { account, event, household, actor } = family;
  const now = deps.now();
  if ((await comingAbout(family, student, now)).length > 0) return false;
  const child = household.children.find((one) => one.student.equals(student));
  if (!child) return true;
  // Others who have the child by a proof of their own part with the child too: they act as one.
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
  // Pressed twice, or taken away by the school meanwhile.
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
