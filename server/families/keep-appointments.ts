import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { endHolds } from '../booking/end-holds.js';
import { findPeople } from '../claims/find-people.js';
import { findSitting, HOLDER } from '../claims/find-sitting.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Claim } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { holdersOf } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { leaveShared } from './leave-shared.js';

/**
 * Hands a household's appointments about a child to the school: they stay booked, but the adults neither see nor change them, and are not
 * told about them. The time and the limits of the adults that these appointments took are released. A coming meeting that is about another
 * child of theirs, too, stays theirs without this one. May be repeated.
 * @returns how many the school has now
 */
export async function keepForSchool(
  actor: Pick<Actor, 'user'>,
  household: Pick<Household, '_id' | 'account' | 'adults' | 'children'>,
  student: Types.ObjectId,
  now: Date,
): Promise<number> {
  await leaveShared(household, student, now);
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
    // This goes last, because a repetition finds the appointment by its household.
    await Appointment.updateOne({ ...theirs, _id }, { $set: { household: school } });
  }
  return found.length;
}

/**
 * For a merge of two contacts. Afterwards a household may have appointments about a child that it had under one name and that the school
 * took away under the other: holds end, and appointments become the school's. May be repeated.
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

/** The people in whose diaries a meeting stands because of the family and not because of the teacher. */
async function familyOnly(
  household: Pick<Household, '_id' | 'account' | 'adults'>,
  ids: Types.ObjectId[],
): Promise<Types.ObjectId[]> {
  const holders = await Resource.find({ _id: { $in: ids } }, HOLDER).lean();
  const people = await findPeople(household, await findSitting(holders));
  return people.family.filter((person) => !people.teacher.some((sits) => sits.equals(person)));
}

/** A household without adults, in which the school keeps appointments about a child. */
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
    // An id that belongs to nobody.
    adults: [new Types.ObjectId()],
    children: [{ student, adult: actor.user, by: 'school', at: now }],
    ofSchool: true,
    createdAt: now,
  });
  return made._id;
}
