import type { Types } from 'mongoose';
import { Class, className } from '../models/class.js';
import type { MailingGroup } from '../models/mailing.js';
import { Resource } from '../models/resource.js';
import { countOf } from '../web/format-count.js';
import { fullDay } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';

/** A group in words: "Families of Biology 1". Undefined if it names a class or a teacher that the event lacks. */
export async function sayGroup(event: PlacedEvent, group: MailingGroup): Promise<string | undefined> {
  switch (group.kind) {
    case 'guardians':
      return 'All guardians of the event';
    case 'unbooked':
      return 'Families without an appointment';
    case 'partly':
      return 'Families with an appointment for only some of their children';
    case 'teachers':
      return 'Teachers of the event';
    case 'day':
      return `Families with an appointment on ${fullDay(group.day ?? '', event)}`;
    case 'ticked':
      return `Families of ${countOf(group.students?.length ?? 0, 'selected student', 'selected students')}`;
    case 'class':
      return nameClass(event, group.class);
    case 'teacher':
      return nameTeacher(event, group.teacher);
  }
}

async function nameClass(event: PlacedEvent, id: Types.ObjectId | undefined): Promise<string | undefined> {
  const found = await Class.findOne(
    { _id: id, account: event.account, event: event._id },
    { 'synced.name': 1, 'synced.course': 1, 'edits.name': 1 },
  ).lean<Pick<Class, 'synced' | 'edits'> | null>();
  return found ? `Families of ${className(found)}` : undefined;
}

async function nameTeacher(event: PlacedEvent, id: Types.ObjectId | undefined): Promise<string | undefined> {
  const found = await Resource.findOne(
    { _id: id, account: event.account, event: event._id },
    { name: 1 },
  ).lean();
  return found ? `Families of ${found.name}` : undefined;
}
