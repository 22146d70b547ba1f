import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class } from '../models/class.js';
import { Contact, contactName, recordIds } from '../models/contact.js';
import { Resource } from '../models/resource.js';
import { User } from '../models/user.js';
import { eventIds } from './find-clash.js';

/** One of two contacts side by side, with counts of what depends on them. */
export interface Side {
  id: string;
  name: string;
  contact: Contact;
  /** For a student: guardians. For a guardian: students. */
  family: number;
  classes: number;
  appointments: number;
  logins: number;
}

/** Contacts of the account by hex id, with counts; contacts that no longer exist are left out. */
export async function readSides(
  account: Types.ObjectId,
  ids: readonly Types.ObjectId[],
): Promise<Map<string, Side>> {
  const contacts = await Contact.find({ account, _id: { $in: ids } }).lean();
  const there = contacts.map(({ _id }) => _id);
  const events = await eventIds(account);
  const [family, taught, attended, met, held, logins] = await Promise.all([
    countFamily(account, contacts),
    countClasses(events, 'teachers', there),
    countClasses(events, 'students', there),
    countMeetings(events, there),
    countHeld(events, there),
    countLogins(there),
  ]);
  return new Map(
    contacts.map((contact) => {
      const id = contact._id.toHexString();
      const of = (counts: ReadonlyMap<string, number>) => counts.get(id) ?? 0;
      const side: Side = {
        id,
        name: contactName(contact),
        contact,
        family:
          contact.type === 'student' ? of(family) : new Set(contact.relations.map((tie) => tie.student)).size,
        classes: of(taught) + of(attended),
        appointments: of(met) + of(held),
        logins: of(logins),
      };
      return [id, side];
    }),
  );
}

interface Count {
  _id: unknown;
  count: number;
}

function byId(counts: readonly Count[]): Map<string, number> {
  return new Map(counts.map(({ _id, count }) => [String(_id), count]));
}

/** Guardians whom the roster ties to each student, by any of the student's record ids. */
async function countFamily(
  account: Types.ObjectId,
  contacts: readonly Contact[],
): Promise<Map<string, number>> {
  const students = contacts.filter(({ type }) => type === 'student');
  const ids = students.flatMap(recordIds);
  if (ids.length === 0) return new Map();
  const guardians = await Contact.find(
    { account, 'relations.student': { $in: ids } },
    { relations: 1 },
  ).lean();
  return new Map(
    students.map((student) => {
      const own = new Set(recordIds(student));
      const tied = guardians.filter(({ relations }) => relations.some((tie) => own.has(tie.student)));
      return [student._id.toHexString(), tied.length];
    }),
  );
}

async function countClasses(
  events: Types.ObjectId[],
  role: 'teachers' | 'students',
  ids: Types.ObjectId[],
): Promise<Map<string, number>> {
  const field = `synced.${role}`;
  const counts = await Class.aggregate<Count>([
    { $match: { event: { $in: events }, [field]: { $in: ids }, status: 'active' } },
    { $unwind: `$${field}` },
    { $match: { [field]: { $in: ids } } },
    { $group: { _id: `$${field}`, count: { $sum: 1 } } },
  ]);
  return byId(counts);
}

/** Appointments of students that are not canceled. */
async function countMeetings(events: Types.ObjectId[], ids: Types.ObjectId[]): Promise<Map<string, number>> {
  const counts = await Appointment.aggregate<Count>([
    { $match: { event: { $in: events }, students: { $in: ids }, state: { $in: LIVING_STATES } } },
    { $unwind: '$students' },
    { $match: { students: { $in: ids } } },
    { $group: { _id: '$students', count: { $sum: 1 } } },
  ]);
  return byId(counts);
}

/** Appointments of resources that are not canceled. */
async function countHeld(events: Types.ObjectId[], ids: Types.ObjectId[]): Promise<Map<string, number>> {
  const resources = await Resource.find(
    { event: { $in: events }, contact: { $in: ids, $type: 'objectId' } },
    { contact: 1 },
  ).lean();
  if (resources.length === 0) return new Map();
  const counts = await Appointment.aggregate<Count>([
    { $match: { resource: { $in: resources.map(({ _id }) => _id) }, state: { $in: LIVING_STATES } } },
    { $group: { _id: '$resource', count: { $sum: 1 } } },
  ]);
  const ofResource = byId(counts);
  const totals = new Map<string, number>();
  for (const { _id, contact } of resources) {
    const key = contact?.toHexString() ?? '';
    totals.set(key, (totals.get(key) ?? 0) + (ofResource.get(_id.toHexString()) ?? 0));
  }
  return totals;
}

async function countLogins(ids: Types.ObjectId[]): Promise<Map<string, number>> {
  const users = await User.find({ 'grants.contact': { $in: ids, $exists: true } }, { grants: 1 }).lean();
  const counts = new Map<string, number>();
  for (const { grants } of users)
    for (const key of new Set(grants.flatMap(({ contact }) => contact?.toHexString() ?? [])))
      counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
