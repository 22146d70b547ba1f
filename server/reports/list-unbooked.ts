import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class, MEETABLE } from '../models/class.js';
import { Contact, recordIds } from '../models/contact.js';
import { BATCH } from '../models/find-together.js';
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
  const [students, met] = await Promise.all([
    classesSeen(event).then((seen) => Class.distinct('synced.students', { ...scope, ...seen, ...MEETABLE })),
    Appointment.distinct('students', { ...scope, ...inSight(event.sight), state: { $in: LIVING_STATES } }),
  ]);
  const booked = new Set(met.map((id) => id.toHexString()));
  const waiting = students.filter((id) => !booked.has(id.toHexString()));
  const [without, others] = await Promise.all([
    readPeople<Child>(event.account, waiting, CHILD),
    readPeople<Pick<Contact, '_id' | 'record'>>(event.account, met, { 'record.id': 1, 'record.also': 1 }),
  ]);
  return {
    students: students.length,
    without: without.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1)),
    booked,
    bookedRecords: new Set(others.flatMap(recordIds)),
  };
}

const CHILD = {
  ...{ firstName: 1, lastName: 1, email: 1, grade: 1, searchKey: 1, sortKey: 1 },
  ...{ 'record.id': 1, 'record.also': 1 },
} as const;

/** Past mongoose, which would look at each of the thousands of ids. */
function readPeople<T extends object>(
  account: Types.ObjectId,
  ids: Types.ObjectId[],
  projection: Record<string, number>,
): Promise<T[]> {
  return Contact.collection
    .find<T>({ _id: { $in: ids }, account }, { projection, batchSize: BATCH })
    .toArray();
}

/** Classes whose first teacher is one that the reader sees. */
async function classesSeen({ _id, account, sight }: Scope) {
  if (!sight.resource) return {};
  const seen = await Resource.find({ _id: sight.resource, account, event: _id }, { contact: 1 }).lean();
  return { 'synced.teachers.0': { $in: seen.flatMap(({ contact }) => (contact ? [contact] : [])) } };
}
