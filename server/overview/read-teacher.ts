import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Class, isMeetable } from '../models/class.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { tally } from '../web/lists.js';
import type { PlacedEvent } from '../web/place.js';

const HOUR_MS = 3600_000;

/** A teacher’s times in an event, and the students who find none. */
export interface TeacherTimes {
  resource: Resource;
  /** By time. */
  slots: Slot[];
  /** Colleagues’ slots in which the teacher sits and so is not free. */
  sits: Slot[];
  /** Ids of slots that are booked or on hold. */
  taken: Set<string>;
  /** Slots that begin later can be booked. */
  bookable: Date;
  /** Places that can still be booked, including those in slots in which they sit. */
  free: number;
  waiting: number;
  missing: number;
}

/** @returns undefined if nobody with this id takes part in the event */
export async function readTeacher(
  event: PlacedEvent,
  id: Types.ObjectId,
  now: Date,
): Promise<TeacherTimes | undefined> {
  const scope = { account: event.account, event: event._id };
  const resource = await Resource.findOne({ _id: id, ...scope, status: 'active' }).lean();
  if (!resource) return undefined;
  // The partial index answers only a filter that asks for the field to exist.
  const isSitting = { with: { $eq: id, $exists: true } };
  const [slots, sits, appointments, classes] = await Promise.all([
    Slot.find({ ...scope, resource: id })
      .sort({ from: 1 })
      .lean(),
    Slot.find({ ...scope, ...isSitting }).lean(),
    Appointment.find(
      { $or: [{ resource: id }, isSitting], state: { $in: ['pending', ...LIVING_STATES] } },
      { slot: 1, more: 1, state: 1, students: 1 },
    ).lean(),
    resource.contact
      ? Class.find(
          { ...scope, status: 'active', 'synced.teachers': resource.contact },
          { status: 1, synced: 1, edits: 1 },
        ).lean<Pick<Class, '_id' | 'status' | 'synced' | 'edits'>[]>()
      : [],
  ]);
  const living = appointments.filter(({ state }) => state !== 'pending');
  const met = new Set(living.flatMap(({ students }) => students.map(String)));
  const own = classes.filter((item) => isMeetable(item) && item.synced.teachers[0]?.equals(resource.contact));
  const students = new Set(own.flatMap(({ synced }) => synced.students.map(String)));
  const bookable = new Date(now.getTime() + event.booking.stopHoursBefore * HOUR_MS);
  const seats = tally(living.flatMap(slotsOf).map(String));
  const free = [...slots, ...sits]
    .filter((slot) => slot.state === 'visible' && slot.from > bookable)
    .reduce((sum, { _id, capacity }) => sum + Math.max(0, capacity - (seats.get(String(_id)) ?? 0)), 0);
  const waiting = [...students].filter((student) => !met.has(student)).length;
  const taken = new Set(appointments.flatMap(slotsOf).map(String));
  return { resource, slots, sits, taken, bookable, free, waiting, missing: Math.max(0, waiting - free) };
}
