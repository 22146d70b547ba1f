import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Cleared } from '../accounts/choose-password.js';
import { endFeed } from '../accounts/end-feed.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { asRead } from '../models/as-read.js';
import { Household } from '../models/household.js';
import type { User } from '../models/user.js';
import { cancelAppointment } from './cancel-appointment.js';
import { endHold } from '../claims/check-holder.js';
import { finishAppointment } from './finish-appointment.js';
import { withoutAdult } from './drop-adult.js';

/**
 * Hands a household's appointments about one child to the school.
 * @returns how many
 */
export type KeepForSchool = (
  actor: { user: Types.ObjectId },
  household: Household,
  student: Types.ObjectId,
  now: Date,
) => Promise<number>;

/**
 * Removes what somebody entered under an address before it was proven. The children go first, so that nothing more is booked; then holds
 * and appointments; last the login's place in the household. Nobody is mailed, because the address has a new owner. What others booked
 * there, such as the office, stays booked and becomes the school's. May be repeated after a death.
 */
export async function clearHouseholds(
  deps: Deps,
  user: Pick<User, '_id' | 'grants'>,
  keepForSchool: KeepForSchool,
): Promise<Cleared> {
  // Otherwise the former user of the address could read what its new owner books.
  await endFeed(user._id);
  const accounts = user.grants.map(({ account }) => account);
  const households = await Household.find({ account: { $in: accounts }, adults: user._id }).lean();
  const cleared = { children: 0, appointments: 0 };
  for (const household of households) {
    const { _id, account, adults } = household;
    const children = household.children.filter(({ adult }) => adult.equals(user._id)).length;
    const left = await takeChildren(household, user._id);
    const appointments = await endAppointments(deps, household, user._id);
    const kept = await keepOthers(deps, left, user._id, keepForSchool);
    // A household must have an adult, so the last one is replaced by an id that is nobody's.
    if (adults.length > 1) await Household.updateOne({ _id }, { $pull: { adults: user._id } });
    else await Household.updateOne({ _id, adults: user._id }, { $set: { 'adults.$': new Types.ObjectId() } });
    await recordAudit({
      account,
      user: user._id,
      action: 'clear household',
      targets: [_id],
      detail: { children, appointments, kept },
      at: deps.now(),
    });
    cleared.children += children;
    cleared.appointments += appointments;
  }
  return cleared;
}

/**
 * Removes the children whom only this adult has proven; a child whom another adult proved too stays.
 * @returns the household with the removed children only
 */
async function takeChildren(household: Household, user: Types.ObjectId): Promise<Household> {
  const { _id } = household;
  for (let old: Household | null = household; old; old = await Household.findById(_id).lean()) {
    const { children, brought } = withoutAdult(old, user);
    const taken = await Household.updateOne(
      { _id, ...asRead({ children: old.children, brought: old.brought }) },
      { $set: { children, ...(old.brought ? { brought } : {}) }, $pull: { dropped: { adult: user } } },
    );
    if (taken.matchedCount === 1) return Object.assign(old, { children });
  }
  return Object.assign(household, { children: [] });
}

/**
 * Cancels what this adult booked.
 * @returns how many appointments were still to come
 */
async function endAppointments(deps: Deps, household: Household, user: Types.ObjectId): Promise<number> {
  const found = await Appointment.find({
    household: household._id,
    state: { $in: ['pending', ...LIVING_STATES] },
    bookedBy: user,
  }).lean();
  let ended = 0;
  for (const { _id, account, state, from } of found) {
    if (state === 'pending') {
      if (await endHold(_id, 'hold ended')) await finishAppointment(deps, _id);
    } else if (from > deps.now()) {
      await cancelAppointment(deps, { appointment: { _id, account }, by: 'school', actor: { user } });
      ended += 1;
    }
  }
  return ended;
}

/**
 * Hands appointments about children whom nobody in the household has any more to the school.
 * @returns how many
 */
async function keepOthers(
  { now }: Deps,
  household: Household,
  user: Types.ObjectId,
  keepForSchool: KeepForSchool,
): Promise<number> {
  const { _id, adults } = household;
  const has = household.children.filter(({ adult }) => adults.length > 1 && !adult.equals(user));
  const about = await Appointment.distinct('students', { household: _id, state: { $in: LIVING_STATES } });
  let kept = 0;
  for (const student of about.filter((id) => !has.some((child) => child.student.equals(id))))
    kept += await keepForSchool({ user }, Object.assign({}, household, { children: has }), student, now());
  return kept;
}
