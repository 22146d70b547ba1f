import { Types } from 'mongoose';
import { findPeople } from '../booking/find-people.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Claim } from '../models/claim.js';
import { Contact } from '../models/contact.js';
import { Diary } from '../models/diary.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import type { Actor } from '../web/actor.js';

/**
 * Hands a household's appointments about a child to the school: they stay booked, and the adults see and change them no more and
 * are not told of them. What they took of the adults' time and number of meetings is free. Safe to do again.
 * @returns how many
 */
export async function keepForSchool(
  actor: Actor,
  household: Pick<Household, '_id' | 'account' | 'adults'>,
  student: Types.ObjectId,
  now: Date,
): Promise<number> {
  const theirs = { household: household._id, students: student, state: { $in: LIVING_STATES } };
  const found = await Appointment.find(theirs, { resource: 1 }).lean();
  if (found.length === 0) return 0;
  const school = await schoolHousehold(actor, household.account, student, now);
  for (const { _id, resource } of found) {
    await Appointment.updateOne({ ...theirs, _id }, { $set: { household: school } });
    await Claim.deleteMany({ appointment: _id, _id: new RegExp(`:${household._id.toHexString()}:`) });
    for (const person of await familyOnly(household, resource))
      await Diary.updateMany(
        { _id: new RegExp(`^${person.toHexString()}:`), 'busy.appointment': _id },
        { $pull: { busy: { appointment: _id } } },
      );
  }
  return found.length;
}

/** In whose diaries a meeting stands for the family's sake, and not for the teacher's. */
async function familyOnly(
  household: Pick<Household, '_id' | 'account' | 'adults'>,
  id: Types.ObjectId,
): Promise<Types.ObjectId[]> {
  const resource = await Resource.findById(id, { contact: 1 }).lean();
  const teacher = resource?.contact ? await Contact.findById(resource.contact, { email: 1 }).lean() : null;
  const people = await findPeople(household, teacher ?? undefined);
  return people.family.filter((person) => !people.teacher.some((sits) => sits.equals(person)));
}

/** A household without adults, in which the school keeps what is about a child. */
async function schoolHousehold(
  actor: Actor,
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
