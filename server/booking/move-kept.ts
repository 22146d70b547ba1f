import { recordAudit } from '../audit/record-audit.js';
import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES, type AppointmentProblem } from '../models/appointment.js';
import { Claim } from '../models/claim.js';
import { Household } from '../models/household.js';
import { findBusy } from '../claims/find-busy.js';
import { onlyWith, type Kept } from './find-kept.js';
import { passLanguage } from './pass-language.js';
import { reconcileClaims } from './reconcile-claims.js';

/** Two meetings of a family at one time become problems: only the school knows both, and calls the family. */
const AT_ONCE: AppointmentProblem = { code: 'two at once' };

/**
 * Moves what the office booked for an adult into the household of their own login: its children, then its appointments with what these
 * take. An appointment's household is written last, because a repetition finds it by that. May be cut off anywhere, repeated, and done by
 * two at once. A hold is moved when it is booked. What belongs to a child whom the school took away from the login stays the school's.
 * @returns whether anything was moved
 */
export async function moveKept(
  own: Pick<Household, '_id' | 'account'>,
  { household: kept, guarded }: Kept,
  adult: Types.ObjectId,
  now: Date,
): Promise<boolean> {
  const { _id, account } = own;
  const isTheirs = { _id, account, adults: adult, 'removed.student': { $nin: guarded } };
  for (const child of kept.children)
    await Household.updateOne(
      {
        ...isTheirs,
        'children.student': { $ne: child.student },
      },
      { $push: { children: { ...child, adult } }, $pull: { dropped: { student: child.student } } },
    );
  if (!(await Household.exists(isTheirs))) return false;
  const theirs = { household: kept._id, account, students: { $not: { $elemMatch: { $nin: guarded } } } };
  const found = await Appointment.find({ ...theirs, state: { $ne: 'pending' } }).lean();
  for (const appointment of found) await moveOne(appointment, _id, kept._id, now);
  await passLanguage(kept, _id);
  // Comes after the appointments, because they decide what the family may see there.
  if (!(await Appointment.exists(theirs)))
    await Household.updateOne(
      { _id: kept._id, account, keptFor: kept.keptFor, ...onlyWith(guarded) },
      { $set: { children: [] } },
    );
  if (found.length > 0)
    await recordAudit({
      ...{ account, user: adult, targets: [_id, kept._id], at: now },
      action: 'join household',
      detail: { appointments: found.length },
    });
  return found.length > 0 || kept.children.length > 0;
}

/** Moves one appointment, whatever its state, into another household, with its claims and its place in diaries. */
export async function moveOne(
  item: Appointment,
  to: Types.ObjectId,
  from: Types.ObjectId,
  now: Date,
): Promise<void> {
  const { _id, state } = item;
  // The adult who goes alone belongs to the old household.
  const { goer: _goer, ...moved } = item;
  const isLiving = LIVING_STATES.includes(state);
  // The new household takes its time and limits before the old one gives them up, so that they are free at no moment.
  if (isLiving) await reconcileClaims([Object.assign({}, moved, { household: to })]);
  await Claim.deleteMany({ appointment: _id, _id: new RegExp(`:${from.toHexString()}:`) });
  const clash =
    state === 'booked' && item.to > now && (await findBusy([to], { _id }, now))
      ? { state: 'problem' as const, problem: AT_ONCE }
      : {};
  // If it ended or became a problem meanwhile, the next run moves it.
  await Appointment.updateOne(
    { _id, household: from, state },
    { $set: { household: to, ...clash }, $unset: { goer: 1 } },
  );
}
