import type { Types } from 'mongoose';
import { Class, MEETABLE } from '../models/class.js';
import type { Event } from '../models/event.js';
import type { MailingGroup } from '../models/mailing.js';
import { Resource } from '../models/resource.js';
import { groupFamilies } from '../reports/group-families.js';
import { listUnbooked } from '../reports/list-unbooked.js';

type Scope = Pick<Event, '_id' | 'account' | 'timeZone'>;

/** The students whose guardians a mailing is for, by their ids, as of now. */
export async function listStudents(event: Scope, group: MailingGroup): Promise<Types.ObjectId[]> {
  const scope = { account: event.account, event: event._id };
  switch (group.kind) {
    case 'unbooked':
    case 'partly':
      return unbookedStudents(event, group.kind === 'partly');
    case 'class':
      return group.class ? studentsIn({ _id: group.class, ...scope, ...MEETABLE }) : [];
    case 'teacher':
      return studentsOfTeacher(event, group.teacher);
    case 'ticked':
      return studentsAmong(event, group.students ?? []);
    case 'guardians':
      return studentsIn({ ...scope, ...MEETABLE });
    case 'day':
    case 'teachers':
      return [];
  }
}

/** The children without an appointment, of the families that the report shows. */
async function unbookedStudents(event: Scope, hasBooked: boolean): Promise<Types.ObjectId[]> {
  const found = await listUnbooked({ ...event, sight: {} });
  const families = await groupFamilies(event.account, found, '');
  return families
    .filter((family) => family.hasBooked === hasBooked)
    .flatMap(({ children }) => children.map(({ _id }) => _id));
}

/** The students whom the teacher meets: those of bookable classes in which the teacher comes first. */
async function studentsOfTeacher(
  { _id, account }: Scope,
  teacher: Types.ObjectId | undefined,
): Promise<Types.ObjectId[]> {
  const scope = { account, event: _id };
  const resource = teacher && (await Resource.findOne({ _id: teacher, ...scope }, { contact: 1 }).lean());
  if (!resource?.contact) return [];
  return studentsIn({ ...scope, ...MEETABLE, 'synced.teachers.0': resource.contact });
}

/** Of chosen students, those who are in the event; the id of any other student reveals nothing. */
async function studentsAmong({ _id, account }: Scope, students: Types.ObjectId[]): Promise<Types.ObjectId[]> {
  const scope = { account, event: _id };
  const chosen = new Set(students.map((id) => id.toHexString()));
  const inEvent = await Class.distinct('synced.students', {
    ...scope,
    status: 'active',
    'synced.students': { $in: students },
  });
  return inEvent.filter((id) => chosen.has(id.toHexString()));
}

function studentsIn(filter: Record<string, unknown>): Promise<Types.ObjectId[]> {
  return Class.distinct('synced.students', filter);
}
