import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import type { Contact } from '../../models/contact.js';
import { Event } from '../../models/event.js';
import { Household } from '../../models/household.js';
import { Interpreter } from '../../models/interpreter.js';
import { Resource } from '../../models/resource.js';
import { Slot } from '../../models/slot.js';
import { atLeast, User } from '../../models/user.js';

/** What depends on one person and is deleted with them. */
export interface PersonTies {
  /** Booked appointments, past or not, and how many of them are in the future. */
  appointments: number;
  coming: number;
  classes: number;
  /** Adults who have the child, or had it until the school took it away. */
  families: number;
  slots: number;
  logins: number;
  /** At how many events they are an interpreter, and how many coming meetings have them as one. */
  interprets: number;
  interpreted: number;
  /** Coming meetings about other people that the school booked for them, as they have no login. */
  kept: number;
}

type Of = Pick<Contact, '_id' | 'account' | 'email'>;

export async function countPerson({ _id, account }: Of, now: Date): Promise<PersonTies> {
  const events = (await Event.find({ account }, { _id: 1 }).lean()).map((event) => event._id);
  const held = (await Resource.find({ contact: { $eq: _id, $exists: true } }, { _id: 1 }).lean()).map(
    (resource) => resource._id,
  );
  const interpreting = await Interpreter.find(
    { contact: { $eq: _id, $exists: true }, status: 'active' },
    { _id: 1 },
  ).lean();
  const kept = await Household.findOne({ account, adults: _id, keptFor: _id }, { _id: 1 }).lean();
  const living = { state: { $in: LIVING_STATES } };
  const both = [
    { event: { $in: events }, students: _id, ...living },
    { resource: { $in: held }, ...living },
  ];
  const sum = async (counts: Promise<number>[]) =>
    (await Promise.all(counts)).reduce((total, count) => total + count, 0);
  const ofClasses = { event: { $in: events }, status: 'active' as const };
  const [appointments, coming, classes, families, slots, logins, interpreted, keptMeetings] =
    await Promise.all([
      sum(both.map((which) => Appointment.countDocuments(which))),
      sum(both.map((which) => Appointment.countDocuments({ ...which, from: { $gt: now } }))),
      sum([
        Class.countDocuments({ ...ofClasses, 'synced.students': _id }),
        Class.countDocuments({ ...ofClasses, 'synced.teachers': _id }),
      ]),
      sum([
        Household.countDocuments({ account, 'children.student': _id }),
        Household.countDocuments({ account, 'removed.student': { $eq: _id, $exists: true } }),
      ]),
      Slot.countDocuments({ resource: { $in: held } }),
      User.countDocuments({ 'grants.contact': { $eq: _id, $exists: true } }),
      Appointment.countDocuments({
        ...{ ...living, from: { $gt: now } },
        interpreter: { $in: interpreting.map((one) => one._id), $exists: true },
      }),
      kept
        ? Appointment.countDocuments({
            ...{ ...living, from: { $gt: now } },
            household: kept._id,
            students: { $ne: _id },
          })
        : 0,
    ]);
  return {
    ...{ appointments, coming, classes, families, slots, logins, interpreted },
    interprets: interpreting.length,
    kept: keptMeetings,
  };
}

/** Whether a person logs in here as an administrator, or is the person who asks: these are never deleted. */
export async function isProtected({ _id, account, email }: Of, self: Types.ObjectId): Promise<boolean> {
  const logins = await User.find(
    {
      $or: [
        { 'grants.contact': { $eq: _id, $exists: true } },
        ...(email ? [{ email: email.toLowerCase() }] : []),
      ],
    },
    { grants: 1 },
  ).lean();
  return logins.some(
    (login) =>
      login._id.equals(self) ||
      login.grants.some((grant) => grant.account.equals(account) && atLeast(grant.level, 'administrator')),
  );
}
