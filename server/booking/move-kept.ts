import { recordAudit } from '../audit/record-audit.js';
import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES, type AppointmentProblem } from '../models/appointment.js';
import { Claim } from '../models/claim.js';
import { Household } from '../models/household.js';
import { findBusy } from '../claims/find-busy.js';
import { onlyWith, type Kept } from './find-kept.js';
import { passLanguage } from './pass-language.js';
import { reconcileClaims } from './reconcile-claims.js';

/** What the family has two of at one time is listed for the school: it alone knows both, and calls them. */
const AT_ONCE: AppointmentProblem = { code: 'two at once' };

/**
 * Moves what the office booked for an adult into the household of their own login: its children, then its appointments with what these
 * take, each last, as it is by its household that a repetition finds it. May be cut off anywhere, done again, and by two at once. What is
 * on hold there is moved when it is booked. Where the school took one of its children away from the login, it stays the school's.
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
  // Only then: what they may see there was looked at by these.
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
  // Who goes was an adult of the old one.
  const { goer: _goer, ...moved } = item;
  const isLiving = LIVING_STATES.includes(state);
  // Its time and its limits are the new household's first: at no moment are they free.
  if (isLiving) await reconcileClaims([Object.assign({}, moved, { household: to })]);
  await Claim.deleteMany({ appointment: _id, _id: new RegExp(`:${from.toHexString()}:`) });
  const clash =
    state === 'booked' && item.to > now && (await findBusy([to], { _id }, now))
      ? { state: 'problem' as const, problem: AT_ONCE }
      : {};
  // One that ended, or became a problem, meanwhile is moved the next time.
  await Appointment.updateOne(
    { _id, household: from, state },
    { $set: { household: to, ...clash }, $unset: { goer: 1 } },
  );
}
