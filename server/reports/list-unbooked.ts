import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class, isMeetable } from '../models/class.js';
import { Contact, recordIds } from '../models/contact.js';
import { findTogether, rowsOf } from '../models/find-together.js';
import { Resource } from '../models/resource.js';
import { inSight } from '../web/sight.js';
import type { Scope } from './list-appointments.js';

/** A student of a class that parents may book, with what a family needs to be told. */
export type Child = Pick<
  Contact,
  '_id' | 'firstName' | 'lastName' | 'email' | 'grade' | 'record' | 'searchKey' | 'sortKey'
>;

export interface Unbooked {
  /** Students in classes that parents may book, each counted once. */
  students: number;
  /** Those without an appointment, by name. */
  without: Child[];
  /** Those with an appointment: their ids, and the record ids by which guardians' ties name them. */
  booked: Set<string>;
  bookedRecords: Set<string>;
}

/** Students without an appointment in the event. For a teacher who sees only their own: their students, and appointments with them. */
export async function listUnbooked(event: Scope): Promise<Unbooked> {
  const scope = { account: event.account, event: event._id };
  const classes = await Class.find(
    { ...scope, ...(await classesSeen(event)), status: 'active' },
    { status: 1, 'synced.type': 1, 'edits.type': 1, 'edits.allowed': 1 },
  ).lean<Pick<Class, '_id' | 'status' | 'synced' | 'edits'>[]>();
  const meetable = classes.filter(isMeetable).map(({ _id }) => _id);
  const { taught, met } = await findTogether({
    taught: rowsOf<{ _id: Types.ObjectId }>(Class, [
      { $match: { _id: { $in: meetable }, account: event.account } },
      { $unwind: '$synced.students' },
      { $group: { _id: '$synced.students' } },
    ]),
    met: rowsOf<{ _id: Types.ObjectId }>(Appointment, [
      { $match: { ...scope, ...inSight(event.sight), state: { $in: LIVING_STATES } } },
      { $unwind: '$students' },
      { $group: { _id: '$students' } },
    ]),
  });
  const booked = new Set(met.map(({ _id }) => _id.toHexString()));
  const found = await Contact.find(
    { _id: { $in: [...taught, ...met].map(({ _id }) => _id) }, account: event.account },
    { firstName: 1, lastName: 1, email: 1, grade: 1, record: 1, searchKey: 1, sortKey: 1 },
  ).lean();
  const isBooked = ({ _id }: Child) => booked.has(_id.toHexString());
  return {
    students: taught.length,
    without: found.filter((child) => !isBooked(child)).sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1)),
    booked,
    bookedRecords: new Set(found.filter(isBooked).flatMap(recordIds)),
  };
}

/** Classes whose first teacher is one that the reader sees. */
async function classesSeen({ _id, account, sight }: Scope) {
  if (!sight.resource) return {};
  const seen = await Resource.find({ _id: sight.resource, account, event: _id }, { contact: 1 }).lean();
  return { 'synced.teachers.0': { $in: seen.flatMap(({ contact }) => (contact ? [contact] : [])) } };
}
