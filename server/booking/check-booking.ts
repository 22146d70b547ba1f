import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import type { Overridable, Refusal } from '../models/refusal.js';
import { isMeetable, type Class } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { ask, findTogether } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { classesOf } from './find-classes.js';
import { findFollowing, isOffered, mostInARow } from '../claims/find-following.js';
import { languageFor } from './find-interpreter.js';
import {
  goingOf,
  peopleOf,
  withAdults,
  withTeachers,
  type Login,
  type People,
} from '../claims/find-people.js';
import { sittingOf } from '../claims/find-sitting.js';
import { isMeantFor, type MaybeMet } from './find-by-hand.js';
import { earlyOpening, openEarly } from './open-early.js';
import { isSoonEnough, mayBookDrawn, mayBookNow } from './policy.js';

export interface Wish {
  event: Event;
  slot: Types.ObjectId;
  /** When the slot was as it was asked for, where that was some time ago: moved since, it is another time. */
  from?: Date | undefined;
  /** Further slots of a longer meeting. */
  more?: Types.ObjectId[] | undefined;
  students: Types.ObjectId[];
  household: Types.ObjectId;
  /** The adult who is to go, alone; it counts only where the event lets adults be at two meetings at once. */
  goer?: Types.ObjectId | undefined;
  by: 'household' | 'school';
  /** The preference round that books it. A round books before booking opens. */
  draw?: Types.ObjectId | undefined;
  /** Rules that staff have set aside for this booking. */
  over?: readonly Overridable[] | undefined;
}

export interface Bookable {
  slot: Slot;
  /** Further slots of a longer meeting; empty for any other. */
  more: Slot[];
  resource: Resource;
  /** The class that the appointment records: the first student's with this teacher. Absent without a class. */
  class?: Class;
  people: People;
  /** The adult who goes, alone. */
  goer?: Types.ObjectId;
  /** The language in which the family needs an interpreter. */
  language?: string;
}

/**
 * Whether the event's rules let this household book this slot; other people's bookings are not looked at. If the teacher is not their
 * child's, the family does not even learn whether the time is shown.
 * @param about what `readAbout` has just read for it
 */
export async function checkBooking(
  wish: Wish,
  now: Date,
  about?: About,
): Promise<({ ok: true } & Bookable) | { ok: false; reason: Refusal }> {
  const { event, by, over = [] } = wish;
  const isDrawn = wish.draw !== undefined && mayBookDrawn(event, now);
  const mayNow = isDrawn || mayBookNow(event, now, by) || (await mayBookEarly(wish, now));
  if (!mayNow && !over.includes('not open')) return { ok: false, reason: 'not open' };
  const read = about ?? (await readAbout(wish));
  const judged = judgeByRules(wish, read, now);
  if (!judged.ok) return judged;
  const { household, ...bookable } = judged;
  const further = wish.more?.length
    ? await checkMore(wish, bookable.slot, wish.more)
    : { ok: true as const, more: [] };
  if (!further.ok) return further;
  const goer = goerOf(wish, household);
  const people = peopleOf(read.logins, goingOf(household, goer), sittingOf(read.holders, read.contacts));
  const language = languageFor(event, household);
  return {
    ...bookable,
    ...{ more: further.more, people },
    ...(goer ? { goer } : {}),
    ...(language ? { language } : {}),
  };
}

/** The facts that the rules look at. */
export interface Known {
  slot: Slot | undefined;
  resource: Resource | undefined;
  household: Household | undefined;
  contacts: Fact[];
  classes: Class[];
}

/** The rules that need no database. They judge a booking, and before that the times that are shown. */
export function judgeByRules(
  wish: Pick<Wish, 'event' | 'from' | 'students' | 'by' | 'over'>,
  { slot, resource, household, contacts, classes }: Known,
  now: Date,
):
  | ({ ok: true; household: Household } & Pick<Bookable, 'slot' | 'resource' | 'class'>)
  | { ok: false; reason: Refusal } {
  const { event, by, over = [] } = wish;
  if (!slot || !resource || (!resource.contact && !resource.byHand)) return { ok: false, reason: 'not here' };
  const students = contacts.filter(({ type, status }) => type === 'student' && status === 'active');
  const areTheirs = wish.students.length > 0 && wish.students.every((id) => hasId(students, id));
  if (!household || !areTheirs) return { ok: false, reason: 'not your child' };
  const met = findMet(wish, resource, students, classes);
  if (!met) return { ok: false, reason: 'no class' };
  if (wish.from && +wish.from !== +slot.from) return { ok: false, reason: 'changed meanwhile' };
  if (!isOffered(slot, by)) return { ok: false, reason: 'not offered' };
  // Staff may book a meeting that has begun, until it ends, for a family that stands at the door.
  const last = over.includes('too late') ? slot.to : slot.from;
  if (!isSoonEnough(event, last, now, by)) return { ok: false, reason: 'too late' };
  return { ok: true, household, slot, resource, ...met };
}

/** Whether the event opens earlier for this household, and that time has come. */
async function mayBookEarly({ event, household, by }: Wish, now: Date): Promise<boolean> {
  const early = earlyOpening(event);
  if (by !== 'household' || !early || now < early.at) return false;
  const family = await Household.findOne(
    { _id: household, account: event.account },
    { adults: 1, children: 1 },
  ).lean();
  return family !== null && mayBookNow(await openEarly(event, family, now), now, by);
}

/** The adult who goes alone; undefined where the whole household goes, as it does where it has only one adult. */
export function goerOf(
  { event, goer }: Pick<Wish, 'event' | 'goer'>,
  { adults }: Pick<Household, 'adults'>,
): Types.ObjectId | undefined {
  if (!event.booking.twoAtOnce || adults.length < 2) return undefined;
  return adults.find((id) => goer?.equals(id));
}

/** Whether these slots still follow the first one, and the event allows so many. */
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

/** The class over which they meet, or that they may meet without one; undefined where they may not meet. */
function findMet(
  { students: ids, by }: Pick<Wish, 'students' | 'by'>,
  { contact, byHand, status }: Resource,
  students: MaybeMet[],
  classes: Class[],
): Pick<Bookable, 'class'> | undefined {
  const classesOf = (student: Types.ObjectId) =>
    classes.filter(({ synced }) => synced.students.some((id) => id.equals(student)));
  if (byHand) {
    const isShown = status === 'active' && (!byHand.hidden || by === 'school');
    const areMeant = students.every((student) => isMeantFor(byHand, student));
    return isShown && areMeant && ids.every((id) => classesOf(id).length > 0) ? {} : undefined;
  }
  if (!contact) return undefined;
  // A class that takes part and is shown; one that the teacher leads comes first.
  const held = ids.map((id) =>
    classesOf(id).find((one) => one.synced.teachers[0]?.equals(contact) && isMeetable(one)),
  );
  const [first] = held;
  return first && !held.includes(undefined) ? { class: first } : undefined;
}

function hasId(list: { _id: Types.ObjectId }[], id: Types.ObjectId): boolean {
  return list.some(({ _id }) => _id.equals(id));
}

type Around = Slot & { holders: Resource[]; sitting: Fact[]; granted: Login[]; named: Login[] };
export type Fact = Pick<Contact, '_id' | 'type' | 'status' | 'email' | 'schools' | 'grade'>;
/** Everything that is read about a booking. */
export type About = Awaited<ReturnType<typeof readAbout>>;
export const ABOUT = { $project: { type: 1, status: 1, email: 1, schools: 1, grade: 1 } };

/**
 * Reads, by one command, all that the rules look at and whose diaries the booking fills. Of a class it reads only the students of this
 * booking.
 * @param byKey the key of a request, to find what became of it when it was sent before
 */
export async function readAbout({ event, slot, students, household }: Wish, byKey?: string) {
  const { account, _id } = event;
  const found = await findTogether({
    slots: ask<Slot, Around>(
      Slot,
      { _id: slot, account, event: _id },
      { $set: { holders: { $concatArrays: [['$resource'], { $ifNull: ['$with', []] }] } } },
      {
        $lookup: {
          from: Resource.collection.name,
          localField: 'holders',
          foreignField: '_id',
          pipeline: [{ $match: { event: _id } }],
          as: 'holders',
        },
      },
      { $set: { sitting: { $concatArrays: ['$holders.contact', '$holders.byHand.staff'] } } },
      {
        $lookup: {
          from: Contact.collection.name,
          localField: 'sitting',
          foreignField: '_id',
          pipeline: [{ $match: { account } }, ABOUT],
          as: 'sitting',
        },
      },
      ...withTeachers(account, 'sitting'),
      { $unset: 'minutes' },
    ),
    households: ask<Household, Household & { logins: Login[] }>(
      Household,
      { _id: household, account, 'children.student': { $all: students } },
      withAdults(account),
    ),
    ...(byKey === undefined ? {} : { before: ask<Appointment>(Appointment, { byKey }) }),
    students: ask<Contact, Fact>(Contact, { _id: { $in: students }, account }, ABOUT),
    classes: classesOf(_id, students),
  });
  const [around] = found.slots;
  const { holders = [], sitting = [], granted = [], named = [], ...bare } = around ?? {};
  const [family] = found.households;
  const resource = holders.find((one) => one._id.equals(around?.resource ?? ''));
  return {
    slot: around && (bare as Slot),
    resource,
    // The slot's own holder comes first.
    holders: resource ? [resource, ...holders.filter((one) => one !== resource)] : [],
    household: family,
    logins: [...(family?.logins ?? []), ...granted, ...named],
    before: (found as { before?: Appointment[] }).before?.[0],
    contacts: [...found.students, ...sitting],
    classes: found.classes,
  };
}
