import type { Types } from 'mongoose';
import { Class, isMeetable } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { ask, findTogether } from '../models/find-together.js';
import { Resource } from '../models/resource.js';
import { isMeantFor } from '../booking/find-by-hand.js';
import { viewOf, type ChildView } from '../booking/queries.js';

/**
 * One child of a household with one of those whom it can meet, by one command.
 * @returns without a teacher where it cannot meet that one; undefined where there is no such child
 */
export async function childWithTeacher(
  event: Pick<Event, '_id' | 'account'>,
  id: Types.ObjectId,
  wanted: Types.ObjectId,
): Promise<
  { child: Omit<ChildView, 'teachers'>; teacher?: { resource: Resource; room: string } } | undefined
> {
  const {
    students: [student],
    classes,
    resources: [resource],
  } = await findTogether({
    students: ask<Contact>(Contact, { _id: id, account: event.account, type: 'student' }),
    classes: ask<Class>(
      Class,
      { event: event._id, 'synced.students': id, status: 'active' },
      { $sort: { sortKey: 1 } },
      { $unset: 'synced.students' },
    ),
    resources: ask<Resource>(Resource, { _id: wanted, event: event._id, status: 'active' }),
  });
  if (!student) return undefined;
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
