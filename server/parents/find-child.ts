import type { Types } from 'mongoose';
import { Class, isMeetable } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { ask, findTogether } from '../models/find-together.js';
import { Resource } from '../models/resource.js';
import type { Appointment } from '../models/appointment.js';
import { isMeantFor } from '../booking/find-by-hand.js';
import { viewOf, type ChildView } from '../booking/queries.js';
import { askFirst } from './find-first.js';
import { askMeetings } from './find-times.js';

/** What a page of times begins with: child, teacher, the family's meetings that count, and whether one is in the event. */
export async function childWithMeetings(
  event: Pick<Event, '_id' | 'account'>,
  household: Types.ObjectId,
  wish: { student: Types.ObjectId; resource: Types.ObjectId },
  now: Date,
): Promise<WithTeacher & { meetings: Appointment[]; isFirst: boolean }> {
  const { meetings, booked, ...found } = await findTogether({
    ...askWithTeacher(event, wish.student, wish.resource),
    meetings: askMeetings(household, now),
    booked: askFirst(event, household),
  });
  return { ...pickWithTeacher(found), meetings, isFirst: booked.length === 0 };
}

/**
 * Finds, by one command, one child of a household and one of the teachers it can meet.
 * @returns without a teacher if the child can't meet that one, and without a child if the household has no such child
 */
export async function childWithTeacher(
  event: Pick<Event, '_id' | 'account'>,
  id: Types.ObjectId,
  wanted: Types.ObjectId,
): Promise<WithTeacher> {
  return pickWithTeacher(await findTogether(askWithTeacher(event, id, wanted)));
}

interface WithTeacher {
  child?: Omit<ChildView, 'teachers'>;
  teacher?: { resource: Resource; room: string };
}

function askWithTeacher(event: Pick<Event, '_id' | 'account'>, id: Types.ObjectId, wanted: Types.ObjectId) {
  return {
    students: ask<Contact>(Contact, { _id: id, account: event.account, type: 'student' }),
    classes: ask<Class>(
      Class,
      { event: event._id, 'synced.students': id, status: 'active' },
      { $sort: { sortKey: 1 } },
      { $unset: 'synced.students' },
    ),
    resources: ask<Resource>(Resource, { _id: wanted, event: event._id, status: 'active' }),
  };
}

function pickWithTeacher({
  students: [student],
  classes,
  resources: [resource],
}: {
  students: Contact[];
  classes: Class[];
  resources: Resource[];
}): WithTeacher {
  if (!student) return {};
  const child = viewOf(student);
  if (!resource) return { child };
  if (resource.byHand) {
    const isMet = !resource.byHand.hidden && classes.length > 0 && isMeantFor(resource.byHand, student);
    return { child, ...(isMet ? { teacher: { resource, room: resource.room } } : {}) };
  }
  const held = classes.find(
    (one) => isMeetable(one) && resource.contact && one.synced.teachers[0]?.equals(resource.contact),
  );
  return { child, ...(held ? { teacher: { resource, room: held.edits.room || resource.room } } : {}) };
}
