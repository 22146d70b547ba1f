import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import { Contact, contactName } from '../../models/contact.js';
import type { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import { School } from '../../models/school.js';
import { sliceOf } from '../../web/paging.js';
import { shorten } from '../queries.js';

type Scope = Pick<Event, '_id' | 'account'>;

export interface ClassPage {
  item: Class;
  school: string;
  teachers: { name: string; room: string; takesPart: boolean }[];
  students: { name: string; grade: string; left: boolean }[];
  total: number;
  page: number;
  appointments: number;
  problems: number;
}

export const STUDENTS_A_PAGE = 100;

/** One class of the event with its people, or undefined; deleted classes are found too. */
export async function classPage(
  event: Scope,
  id: Types.ObjectId,
  wantedPage: number,
): Promise<ClassPage | undefined> {
  const scope = { account: event.account, event: event._id };
  const item = await Class.findOne({ _id: id, ...scope, status: { $in: ['active', 'deleted'] } }).lean();
  if (!item) return undefined;
  const { students: ids, teachers: teacherIds, school: schoolId } = item.synced;
  const { page, skip } = sliceOf(ids.length, wantedPage, STUDENTS_A_PAGE);
  const [school, resources, teachers, students, living] = await Promise.all([
    schoolId ? School.findOne({ _id: schoolId, account: event.account }, { name: 1 }).lean() : null,
    Resource.find({ ...scope, contact: { $in: teacherIds } }, { contact: 1, room: 1, status: 1 }).lean(),
    Contact.find({ _id: { $in: teacherIds }, account: event.account }, PERSON).lean(),
    Contact.find({ _id: { $in: ids }, account: event.account }, PERSON)
      .sort({ sortKey: 1, _id: 1 })
      .skip(skip)
      .limit(STUDENTS_A_PAGE)
      .lean(),
    Appointment.aggregate<{ _id: string; count: number }>([
      { $match: { ...scope, class: id, state: { $in: LIVING_STATES } } },
      { $group: { _id: '$state', count: { $sum: 1 } } },
    ]),
  ]);
  const count = (state: string) => living.find(({ _id }) => _id === state)?.count ?? 0;
  return {
    item,
    school: shorten(school?.name ?? '', 120),
    teachers: teacherIds.map((teacher) => {
      const person = teachers.find(({ _id }) => _id.equals(teacher));
      const resource = resources.find(({ contact }) => contact?.equals(teacher));
      return {
        name: person ? shorten(contactName(person), 120) : 'Unknown teacher',
        room: resource?.room ?? '',
        takesPart: resource?.status === 'active',
      };
    }),
    students: students.map((person) => ({
      name: shorten(contactName(person), 120),
      grade: person.grade,
      left: person.status === 'transferred',
    })),
    total: ids.length,
    page,
    appointments: count('booked') + count('problem'),
    problems: count('problem'),
  };
}

const PERSON = { firstName: 1, lastName: 1, email: 1, grade: 1, status: 1 } as const;

/** The event's teachers, to choose one for a class made by hand. Teachers with the same name have their school and address. */
export async function teacherChoices(event: Scope): Promise<{ value: string; label: string }[]> {
  const resources = await Resource.find(
    { account: event.account, event: event._id, status: 'active', contact: { $exists: true } },
    { name: 1, contact: 1 },
  )
    .sort({ sortKey: 1 })
    .lean();
  const times = new Map<string, number>();
  for (const { name } of resources) times.set(name, (times.get(name) ?? 0) + 1);
  const shared = resources.filter(({ name }) => (times.get(name) ?? 0) > 1);
  const apart = await tellPeople(
    event.account,
    shared.flatMap(({ contact }) => contact ?? []),
  );
  return resources.map(({ _id, name, contact }) => ({
    value: _id.toHexString(),
    label: [shorten(name), apart.get(contact?.toHexString() ?? '')].filter(Boolean).join(', '),
  }));
}

/** What tells people with the same name apart. */
async function tellPeople(account: Types.ObjectId, ids: Types.ObjectId[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const people = await Contact.find({ account, _id: { $in: ids } }, { email: 1, schools: 1 }).lean();
  const schools = await School.find({ account, _id: { $in: people.flatMap((one) => one.schools) } }).lean();
  const nameOf = new Map(schools.map(({ _id, name }) => [_id.toHexString(), name]));
  return new Map(
    people.map(({ _id, email, schools: [school] }) => [
      _id.toHexString(),
      [nameOf.get(school?.toHexString() ?? ''), email].filter(Boolean).join(', '),
    ]),
  );
}

/** The classes among `ids` that are in the event, by name, with the number of their students. */
export async function namesOfClasses(event: Scope, ids: Types.ObjectId[]): Promise<Class[]> {
  if (ids.length === 0) return [];
  return Class.find({ _id: { $in: ids }, account: event.account, event: event._id, status: 'active' })
    .sort({ sortKey: 1 })
    .lean();
}
