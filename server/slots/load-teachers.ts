import type { Types } from 'mongoose';
import { Class, type ClassType } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { School } from '../models/school.js';
import { groupBy } from '../web/lists.js';

/** Somebody or something that has slots, with everything it can be found by. */
export interface Teacher extends Pick<Resource, '_id' | 'name' | 'room' | 'status' | 'searchKey' | 'byHand'> {
  contact?: Types.ObjectId;
  firstName: string;
  lastName: string;
  email: string;
  schoolId: string;
  /** Ids of the teacher's own schools and of their classes' schools. */
  schools: Set<string>;
  grades: Set<string>;
  types: Set<ClassType>;
  /** It has classes and parents see none of them, or it was made by hand and is hidden. */
  isHidden: boolean;
}

interface Held {
  teachers: Types.ObjectId[];
  type: ClassType;
  grade: string;
  school?: Types.ObjectId;
}

type EventScope = Pick<Event, '_id' | 'account'>;

/** Every holder of slots of an event by name, including those who left it. Three queries, each by an index on the event. */
export async function loadTeachers(event: EventScope): Promise<Teacher[]> {
  const scope = { account: event.account, event: event._id };
  const [resources, classes] = await Promise.all([
    Resource.find(scope, { name: 1, room: 1, status: 1, contact: 1, searchKey: 1, byHand: 1 })
      .sort({ sortKey: 1 })
      .lean(),
    Class.aggregate<Held>([
      { $match: { ...scope, status: 'active' } },
      {
        $project: {
          teachers: '$synced.teachers',
          type: { $ifNull: ['$edits.type', '$synced.type'] },
          grade: '$synced.grade',
          school: '$synced.school',
        },
      },
    ]),
  ]);
  const contacts = await Contact.find(
    { _id: { $in: resources.flatMap(({ contact }) => contact ?? []) }, account: event.account },
    { firstName: 1, lastName: 1, email: 1, schoolId: 1, schools: 1 },
  ).lean();
  const people = new Map(contacts.map((person) => [person._id.toHexString(), person]));
  const byTeacher = groupBy(
    classes.flatMap((held) => held.teachers.map((teacher) => ({ ...held, teacher }))),
    ({ teacher }) => teacher.toHexString(),
  );
  return resources.map((resource) => {
    const key = resource.contact?.toHexString() ?? '';
    const person = people.get(key);
    const held = byTeacher.get(key) ?? [];
    const { byHand } = resource;
    const schools = [
      ...(person?.schools ?? []),
      ...held.flatMap(({ school }) => school ?? []),
      ...(byHand?.school ? [byHand.school] : (byHand?.schools ?? [])),
    ];
    const { firstName = '', lastName = '', email = '', schoolId = '' } = person ?? {};
    return {
      ...resource,
      ...{ firstName, lastName, email, schoolId },
      schools: new Set(schools.map((id) => id.toHexString())),
      grades: new Set([...held.flatMap(({ grade }) => grade || []), ...(byHand?.grades ?? [])]),
      types: new Set(held.map(({ type }) => type)),
      isHidden: byHand?.hidden ?? (held.length > 0 && held.every(({ type }) => type === 'Hide')),
    };
  });
}

/** Holders who have not left the event: they can be given slots. */
export async function loadActive(event: EventScope): Promise<Teacher[]> {
  return (await loadTeachers(event)).filter(({ status }) => status === 'active');
}

export interface Choice {
  value: string;
  label: string;
}

/** The schools of some teachers, by name. */
export async function schoolsOf(event: EventScope, teachers: Teacher[]): Promise<Choice[]> {
  const ids = new Set(teachers.flatMap(({ schools }) => [...schools]));
  if (ids.size === 0) return [];
  const schools = await School.find({ _id: { $in: [...ids] }, account: event.account }, { name: 1 })
    .sort({ sortKey: 1 })
    .lean();
  return schools.map(({ _id, name }) => ({ value: _id.toHexString(), label: name }));
}
