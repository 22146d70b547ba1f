import { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import type { AuditEntry } from '../models/audit-entry.js';
import { Class, className } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import { Event } from '../models/event.js';
import { documentsOf, findTogether } from '../models/find-together.js';
import { Resource } from '../models/resource.js';
import { School } from '../models/school.js';
import { User } from '../models/user.js';
import { shortDayAndTime } from '../web/format-time.js';
import type { Place } from '../web/place.js';
import { teacherOf } from './say-changes.js';

/** How many of an entry's targets are named; it says how many more there are. */
export const MOST_NAMED = 3;

/** Names by ids. The audit stores no names: they are looked up as far as they are still known. */
export type Names = ReadonlyMap<string, string>;

/** The names of who did what some entries tell of, in which event, and to whom or what. Two queries, whatever there is. */
export async function nameTargets(
  account: Types.ObjectId,
  entries: readonly AuditEntry[],
  place: Place,
): Promise<Names> {
  const targets = entries.flatMap((entry) => [
    ...entry.targets.slice(0, MOST_NAMED),
    ...(entry.changes ?? []).flatMap(({ field }) => {
      const teacher = teacherOf(field);
      return teacher ? new Types.ObjectId(teacher) : [];
    }),
  ]);
  const users = entries.flatMap(({ user }) => user ?? []);
  const ofEvents = entries.flatMap(({ event }) => event ?? []);
  const named = { _id: { $in: targets }, account };
  const { people, events, classes, schools, appointments } = await findTogether({
    people: documentsOf(User, { _id: { $in: [...users, ...targets] } }, { fields: { name: 1, email: 1 } }),
    events: documentsOf(Event, { _id: { $in: [...ofEvents, ...targets] }, account }, { fields: { name: 1 } }),
    classes: documentsOf(Class, named, {
      fields: { 'synced.name': 1, 'synced.course': 1, edits: 1 },
    }),
    schools: documentsOf(School, named, { fields: { name: 1 } }),
    appointments: documentsOf(Appointment, named, { fields: { from: 1, resource: 1, students: 1 } }),
  });
  const { contacts, resources } = await findTogether({
    contacts: documentsOf(
      Contact,
      { _id: { $in: [...targets, ...appointments.flatMap(({ students }) => students)] }, account },
      { fields: { firstName: 1, lastName: 1, email: 1 } },
    ),
    resources: documentsOf(
      Resource,
      { _id: { $in: [...targets, ...appointments.map(({ resource }) => resource)] }, account },
      { fields: { name: 1 } },
    ),
  });
  const called = new Map<string, string>([
    ...people.map(({ _id, name, email }) => [_id.toHexString(), name || email] as const),
    ...events.map(({ _id, name }) => [_id.toHexString(), name] as const),
    ...classes.map((held) => [held._id.toHexString(), className(held)] as const),
    ...schools.map(({ _id, name }) => [_id.toHexString(), name] as const),
    ...contacts.map((contact) => [contact._id.toHexString(), contactName(contact)] as const),
    ...resources.map(({ _id, name }) => [_id.toHexString(), name] as const),
  ]);
  for (const { _id, from, resource, students } of appointments) {
    const who = students.flatMap((id) => called.get(id.toHexString()) ?? []).join(', ');
    const teacher = called.get(resource.toHexString()) ?? '';
    const when = shortDayAndTime(from, place);
    called.set(
      _id.toHexString(),
      [[who, teacher].filter(Boolean).join(' with '), when].filter(Boolean).join(', '),
    );
  }
  return called;
}
