import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class } from '../models/class.js';
import { Event } from '../models/event.js';
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
  const [inClasses, inMeetings, other] = await Promise.all([
    studentsOf([event], all),
    Appointment.find({ household: _id, event }, { students: 1 }).lean(),
    otherEvents(account, event, now),
  ]);
  const here = new Set([...inClasses, ...inMeetings.flatMap(({ students }) => students.map(String))]);
  const children = all.filter((student) => here.has(String(student)));
  if (children.length === 0 && inMeetings.length === 0) return null;
  const elsewhere = await Appointment.exists({
    household: _id,
    state: { $in: ['pending', ...LIVING_STATES] },
    from: { $gt: now },
    event: { $ne: event },
  });
  const isWhole =
    elsewhere === null && children.length === all.length && (await studentsOf(other, all)).size === 0;
  return { event, children, isWhole };
}

/** Which of some students are in classes of some events, by id. */
async function studentsOf(events: Types.ObjectId[], students: Types.ObjectId[]): Promise<Set<string>> {
  if (events.length === 0 || students.length === 0) return new Set();
  const found = await Class.find(
    { event: { $in: events }, 'synced.students': { $in: students }, status: 'active' },
    { synced: 1 },
  ).lean();
  const taught = new Set(found.flatMap(({ synced }) => synced.students.map(String)));
  return new Set(students.map(String).filter((student) => taught.has(student)));
}

/** The account's other events that are not over. */
async function otherEvents(
  account: Types.ObjectId,
  event: Types.ObjectId,
  now: Date,
): Promise<Types.ObjectId[]> {
  // A day earlier, to cover every time zone.
  const today = new Date(now.getTime() - 24 * 3600_000).toISOString().slice(0, 10);
  const found = await Event.find(
    { account, status: 'active', _id: { $ne: event }, days: { $gte: today } },
    { _id: 1 },
  ).lean();
  return found.map(({ _id }) => _id);
}
