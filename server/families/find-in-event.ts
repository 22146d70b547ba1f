import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class } from '../models/class.js';
import { Event } from '../models/event.js';
import { documentsOf, findTogether, type Question } from '../models/find-together.js';
import type { Household } from '../models/household.js';

/** The part of a family that belongs to one event, for somebody who runs only that event. */
export interface EventPart {
  event: Types.ObjectId;
  /** Children in classes or appointments of the event; other children are not shown. */
  children: Types.ObjectId[];
  /** No part of the family is in another event, so a change made here affects nothing else. */
  isWhole: boolean;
}

/** @returns null if no part of the family is in the event */
export async function findInEvent(
  event: Types.ObjectId,
  household: Household,
  now: Date,
): Promise<EventPart | null> {
  const { _id, account } = household;
  const all = [...household.children, ...(household.removed ?? [])].map(({ student }) => student);
  const inEvent = (events: Types.ObjectId[]) =>
    documentsOf(
      Class,
      { event: { $in: events }, 'synced.students': { $in: all }, status: 'active' },
      { fields: { synced: 1 } },
    );
  const { taught, inMeetings, other, elsewhere } = await findTogether({
    taught: inEvent([event]),
    inMeetings: documentsOf(Appointment, { household: _id, event }, { fields: { students: 1 } }),
    other: askOtherEvents(account, event, now),
    elsewhere: documentsOf(
      Appointment,
      {
        household: _id,
        state: { $in: ['pending', ...LIVING_STATES] },
        from: { $gt: now },
        event: { $ne: event },
      },
      { fields: { _id: 1 }, limit: 1 },
    ),
  });
  const inClasses = studentsIn(taught);
  const here = new Set([...inClasses, ...inMeetings.flatMap(({ students }) => students.map(String))]);
  const children = all.filter((student) => here.has(String(student)));
  if (children.length === 0 && inMeetings.length === 0) return null;
  const mayBeWhole = elsewhere.length === 0 && children.length === all.length;
  const isWhole = mayBeWhole && !(await isAnyIn(other, inEvent, all));
  return { event, children, isWhole };
}

/** The students of some classes, by id. */
function studentsIn(classes: Pick<Class, 'synced'>[]): Set<string> {
  return new Set(classes.flatMap(({ synced }) => synced.students.map(String)));
}

/** Whether one of some students is in a class of one of some events. */
async function isAnyIn(
  events: Pick<Event, '_id'>[],
  inEvent: (events: Types.ObjectId[]) => Question<Class>,
  students: Types.ObjectId[],
): Promise<boolean> {
  if (events.length === 0 || students.length === 0) return false;
  const { found } = await findTogether({ found: inEvent(events.map(({ _id }) => _id)) });
  const taught = studentsIn(found);
  return students.some((student) => taught.has(String(student)));
}

/** The account's other events that are not over. */
function askOtherEvents(account: Types.ObjectId, event: Types.ObjectId, now: Date): Question<Event> {
  // A day early, whatever the event's time zone is.
  const today = new Date(now.getTime() - 24 * 3600_000).toISOString().slice(0, 10);
  return documentsOf(
    Event,
    { account, status: 'active', _id: { $ne: event }, days: { $gte: today } },
    { fields: { _id: 1 } },
  );
}
