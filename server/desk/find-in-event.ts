import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Class } from '../models/class.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import type { Sight } from '../web/sight.js';

type Scope = Pick<Event, '_id' | 'account'> & { sight: Sight };

/**
 * Which of some students are in the event, by id: in its classes, or in an appointment of it. Of a teacher's own alone: in their classes, or
 * in an appointment with them.
 */
export async function findInEvent(event: Scope, students: Types.ObjectId[]): Promise<Set<string>> {
  if (students.length === 0) return new Set();
  const scope = { account: event.account, event: event._id };
  const taught = await teachersSeen(event);
  const [inClasses, inMeetings] = await Promise.all([
    Class.distinct('synced.students', {
      ...scope,
      'synced.students': { $in: students },
      status: 'active',
      ...(taught ? { 'synced.teachers.0': { $in: taught } } : {}),
    }),
    Appointment.distinct('students', {
      ...scope,
      ...event.sight,
      students: { $in: students },
      state: { $in: ['booked', 'problem', 'cancelled'] },
    }),
  ]);
  return new Set([...inClasses, ...inMeetings].map(String));
}

/** The contacts of the teachers whom the reader sees; undefined for all. */
async function teachersSeen({ _id, account, sight }: Scope): Promise<Types.ObjectId[] | undefined> {
  if (!sight.resource) return undefined;
  const own = await Resource.find({ _id: sight.resource, account, event: _id }, { contact: 1 }).lean();
  return own.flatMap(({ contact }) => contact ?? []);
}
