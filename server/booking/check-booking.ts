import type { Types } from 'mongoose';
import type { Overridable, Refusal } from '../models/appointment.js';
import { Class, isMeetable } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { findFollowing, isOffered, mostInARow } from './find-following.js';
import { findPeople, type People } from './find-people.js';
import { contactsOf, HOLDER, sittingOf } from './find-sitting.js';
import { mayAllMeet, type MaybeMet } from './find-by-hand.js';
import { isSoonEnough, mayBookNow } from './policy.js';

export interface Wish {
  event: Event;
  slot: Types.ObjectId;
  /** Further slots of a longer meeting. */
  more?: Types.ObjectId[] | undefined;
  students: Types.ObjectId[];
  household: Types.ObjectId;
  by: 'household' | 'school';
  /** Rules that staff have set aside for this booking. */
  over?: readonly Overridable[] | undefined;
}

export interface Bookable {
  slot: Slot;
  /** Further slots of a longer meeting; none of any other. */
  more: Slot[];
  resource: Resource;
  /** Of the first student with this teacher; the one recorded. Absent: what was made by hand is booked without one. */
  class?: Class;
  people: People;
}

/**
 * Whether the rules of the event let this household book this slot now; says nothing about who else wants it. Of a teacher who is not
 * their child's a family does not even learn whether a time is shown.
 */
export async function checkBooking(
  wish: Wish,
  now: Date,
): Promise<({ ok: true } & Bookable) | { ok: false; reason: Refusal }> {
  const { event, by, over = [] } = wish;
  if (!mayBookNow(event, now, by) && !over.includes('not open')) return { ok: false, reason: 'not open' };
  const slot = await Slot.findOne({ _id: wish.slot, account: event.account, event: event._id }).lean();
  if (!slot) return { ok: false, reason: 'not here' };
  const resource = await Resource.findOne({ _id: slot.resource, event: event._id }).lean();
  if (!resource || (!resource.contact && !resource.byHand)) return { ok: false, reason: 'not here' };
  const others = slot.with?.length
    ? await Resource.find({ _id: { $in: slot.with }, event: event._id }, HOLDER).lean()
    : [];
  const holders = [resource, ...others];
  const [household, found] = await Promise.all([
    Household.findOne({
      _id: wish.household,
      account: event.account,
      'children.student': { $all: wish.students },
    }).lean(),
    Contact.find(
      { _id: { $in: [...wish.students, ...holders.flatMap(contactsOf)] }, account: event.account },
      { type: 1, status: 1, email: 1, schools: 1, grade: 1 },
    ).lean(),
  ]);
  const students = found.filter(({ type, status }) => type === 'student' && status === 'active');
  const areTheirs = wish.students.length > 0 && wish.students.every((id) => hasId(students, id));
  if (!household || !areTheirs) return { ok: false, reason: 'not your child' };
  const met = await findMet(wish, resource, students);
  if (!met) return { ok: false, reason: 'no class' };
  if (!isOffered(slot, by)) return { ok: false, reason: 'not offered' };
  // One that has begun, while it lasts, for who stands at the door.
  const last = over.includes('too late') ? slot.to : slot.from;
  if (!isSoonEnough(event, last, now, by)) return { ok: false, reason: 'too late' };
  const further = wish.more?.length
    ? await checkMore(wish, slot, wish.more)
    : { ok: true as const, more: [] };
  if (!further.ok) return further;
  const people = await findPeople(household, sittingOf(holders, found));
  return { ok: true, slot, more: further.more, resource, ...met, people };
}

/** Whether some slots still follow a slot, and the event allows so many. */
async function checkMore(
  { event, by }: Wish,
  slot: Slot,
  wanted: Types.ObjectId[],
): Promise<{ ok: true; more: Slot[] } | { ok: false; reason: Refusal }> {
  if (wanted.length >= mostInARow(event)) return { ok: false, reason: 'too long' };
  const more = await findFollowing(event, slot, by, wanted.length);
  const areSame = String(more.map(({ _id }) => _id)) === String(wanted);
  return areSame ? { ok: true, more } : { ok: false, reason: 'next taken' };
}

/** Over which class they meet, or that they may meet without one; undefined where they may not. */
async function findMet(
  { event, students: ids, by }: Wish,
  { contact, byHand, status }: Resource,
  students: MaybeMet[],
): Promise<Pick<Bookable, 'class'> | undefined> {
  if (byHand) {
    const isShown = status === 'active' && (!byHand.hidden || by === 'school');
    return isShown && (await mayAllMeet(event, byHand, students)) ? {} : undefined;
  }
  if (!contact) return undefined;
  const classes = await Promise.all(ids.map((student) => classWith(event._id, student, contact)));
  const [held] = classes;
  return held && !classes.includes(undefined) ? { class: held } : undefined;
}

function hasId(list: { _id: Types.ObjectId }[], id: Types.ObjectId): boolean {
  return list.some(({ _id }) => _id.equals(id));
}

/** The class in which a student meets a teacher: one that takes part and is shown, with the teacher first in it. */
async function classWith(
  event: Types.ObjectId,
  student: Types.ObjectId,
  teacher: Types.ObjectId,
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
