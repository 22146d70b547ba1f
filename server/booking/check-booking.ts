import type { Types } from 'mongoose';
import { Class, isMeetable } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { isSoonEnough, mayBookNow } from './policy.js';
import type { Refusal } from './refuse-booking.js';

export interface Wish {
  event: Event;
  slot: Types.ObjectId;
  students: Types.ObjectId[];
  household: Types.ObjectId;
  by: 'household' | 'school';
}

export interface Bookable {
  slot: Slot;
  resource: Resource;
  /** Of the first student with this teacher; the one recorded. */
  class: Class;
}

/** Whether the rules of the event let this household book this slot now; says nothing about who else wants it. */
export async function checkBooking(
  wish: Wish,
  now: Date,
): Promise<({ ok: true } & Bookable) | { ok: false; reason: Refusal }> {
  const { event, by } = wish;
  if (!mayBookNow(event, now, by)) return { ok: false, reason: 'not open' };
  const slot = await Slot.findOne({ _id: wish.slot, account: event.account, event: event._id }).lean();
  if (!slot) return { ok: false, reason: 'not here' };
  if (!isOffered(slot, by)) return { ok: false, reason: 'not offered' };
  if (!isSoonEnough(event, slot.from, now, by)) return { ok: false, reason: 'too late' };
  const [resource, isFamily] = await Promise.all([
    Resource.findOne({ _id: slot.resource, event: event._id }).lean(),
    areChildrenOf(wish),
  ]);
  if (!resource?.contact) return { ok: false, reason: 'not here' };
  if (!isFamily) return { ok: false, reason: 'not your child' };
  const classes = await Promise.all(
    wish.students.map((student) => classWith(event._id, student, resource.contact)),
  );
  const [held] = classes;
  if (!held || classes.includes(undefined)) return { ok: false, reason: 'no class' };
  return { ok: true, slot, resource, class: held };
}

/** Staff may also book what only they are to give away. */
export function isOffered(slot: Pick<Slot, 'state'>, by: 'household' | 'school'): boolean {
  return slot.state === 'visible' || (by === 'school' && slot.state !== 'unavailable');
}

async function areChildrenOf({ event, household, students }: Wish): Promise<boolean> {
  if (students.length === 0) return false;
  const [held, active] = await Promise.all([
    Household.exists({
      _id: household,
      account: event.account,
      'children.student': { $all: students },
    }),
    Contact.countDocuments({
      _id: { $in: students },
      account: event.account,
      type: 'student',
      status: 'active',
    }),
  ]);
  return held !== null && active === students.length;
}

/** The class in which a student meets a teacher: one that takes part and is shown, with the teacher first in it. */
async function classWith(
  event: Types.ObjectId,
  student: Types.ObjectId,
  teacher: Types.ObjectId | undefined,
): Promise<Class | undefined> {
  const classes = await Class.find({
    event,
    'synced.students': student,
    'synced.teachers.0': teacher,
    status: 'active',
  })
    .sort({ sortKey: 1 })
    .lean();
  return classes.find(isMeetable);
}
