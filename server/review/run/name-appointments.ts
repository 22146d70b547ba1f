import type { Types } from 'mongoose';
import { Appointment } from '../../models/appointment.js';
import { Contact, contactName } from '../../models/contact.js';
import { Resource } from '../../models/resource.js';
import type { PlacedEvent } from '../../web/place.js';
import { dayAndTime, shortDayAndTime } from '../../web/format-time.js';

/** An appointment as sentences about a run mention it. */
export interface NamedAppointment {
  id: string;
  /** Day and time in the event's zone. */
  when: string;
  /** Day and time, shorter, for tables. */
  begins: string;
  teacher: string;
  students: string;
}

/** Finds an event's appointments by time, with the names of teacher and students. Three queries, however many there are. */
export async function findAppointments(
  event: PlacedEvent,
  ids: Types.ObjectId[],
): Promise<NamedAppointment[]> {
  if (ids.length === 0) return [];
  const scope = { account: event.account, event: event._id };
  const found = await Appointment.find(
    { _id: { $in: ids }, ...scope },
    { from: 1, resource: 1, students: 1 },
  ).lean();
  found.sort((a, b) => a.from.getTime() - b.from.getTime());
  const [resources, people] = await Promise.all([
    Resource.find({ _id: { $in: found.map(({ resource }) => resource) }, ...scope }, { name: 1 }).lean(),
    Contact.find(
      { _id: { $in: found.flatMap(({ students }) => students) }, account: event.account },
      { firstName: 1, lastName: 1, email: 1 },
    ).lean(),
  ]);
  const teachers = new Map(resources.map(({ _id, name }) => [_id.toHexString(), name]));
  const names = new Map(people.map((person) => [person._id.toHexString(), contactName(person)]));
  return found.map(({ _id, from, resource, students }) => ({
    id: _id.toHexString(),
    when: dayAndTime(from, event),
    begins: shortDayAndTime(from, event),
    teacher: teachers.get(resource.toHexString()) ?? 'a teacher who is no longer known',
    students: students.map((id) => names.get(id.toHexString()) ?? 'No longer known').join(', '),
  }));
}

/** Each appointment as one text: "Ann Lee with Mrs Ray, Tuesday, November 24, 2026 at 5:10 PM". */
export async function nameAppointments(
  event: PlacedEvent,
  ids: Types.ObjectId[],
): Promise<Map<string, string>> {
  const found = await findAppointments(event, ids);
  return new Map(
    found.map(({ id, when, teacher, students }) => [id, `${students} with ${teacher}, ${when}`]),
  );
}
