import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { findPeople } from '../booking/find-people.js';
import { findSitting, HOLDER } from '../booking/find-sitting.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Claim } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { holdersOf } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { endHolds } from './end-appointments.js';

/**
 * Hands a household's appointments about a child to the school: they stay booked, and the adults see and change them no more and
 * are not told of them. What they took of the adults' time and number of meetings is free. Safe to do again.
 * @returns how many
 */
export async function keepForSchool(
  actor: Pick<Actor, 'user'>,
  household: Pick<Household, '_id' | 'account' | 'adults'>,
  student: Types.ObjectId,
  now: Date,
): Promise<number> {
  const theirs = { household: household._id, students: student, state: { $in: LIVING_STATES } };
  const found = await Appointment.find(theirs, { resource: 1, with: 1 }).lean();
  if (found.length === 0) return 0;
  const school = await schoolHousehold(actor, household.account, student, now);
  for (const item of found) {
    const { _id } = item;
    await Claim.deleteMany({ appointment: _id, _id: new RegExp(`:${household._id.toHexString()}:`) });
    for (const person of await familyOnly(household, holdersOf(item)))
      await Diary.updateMany(
        { _id: new RegExp(`^${person.toHexString()}:`), 'busy.appointment': _id },
        { $pull: { busy: { appointment: _id } } },
      );
    // Last, as it is by the household that a repetition finds it.
    await Appointment.updateOne({ ...theirs, _id }, { $set: { household: school } });
  }
  return found.length;
}

/**
 * For a merge of two contacts, after which a household may hold appointments about a child that it had under the other name and
 * that the school took away from it under this one: holds end, appointments become the school's. Safe to do again.
 */
export function keepOfLost(deps: Deps) {
  return async (actor: Pick<Actor, 'account' | 'user'>, student: Types.ObjectId): Promise<number> => {
    const lost = await Household.find({
      account: actor.account,
      'removed.student': { $eq: student, $exists: true },
      'children.student': { $ne: student },
    }).lean();
    let kept = 0;
    for (const household of lost) {
      await endHolds(deps, { _id: household._id, student });
      kept += await keepForSchool(actor, household, student, deps.now());
    }
    return kept;
  };
}

/** In whose diaries a meeting stands for the family's sake, and not for the teacher's. */
async function familyOnly(
  household: Pick<Household, '_id' | 'account' | 'adults'>,
  ids: Types.ObjectId[],
): Promise<Types.ObjectId[]> {
  const holders = await Resource.find({ _id: { $in: ids } }, HOLDER).lean();
  const people = await findPeople(household, await findSitting(holders));
  return people.family.filter((person) => !people.teacher.some((sits) => sits.equals(person)));
}

/** A household without adults, in which the school keeps what is about a child. */
async function schoolHousehold(
  actor: Pick<Actor, 'user'>,
  account: Types.ObjectId,
  student: Types.ObjectId,
  now: Date,
): Promise<Types.ObjectId> {
  const found = await Household.findOne({ account, 'children.student': student, ofSchool: true }).lean();
  if (found) return found._id;
  const made = await Household.create({
    account,
    // Nobody's id.
    adults: [new Types.ObjectId()],
    children: [{ student, adult: actor.user, by: 'school', at: now }],
    ofSchool: true,
    createdAt: now,
  });
  return made._id;
}
