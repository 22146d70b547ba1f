import { Types } from 'mongoose';
import type { Deps } from '../../../server/deps.js';
import { Account } from '../../../server/models/account.js';
import { Appointment } from '../../../server/models/appointment.js';
import { slotsOf } from '../../../server/models/appointment-slots.js';
import { Claim } from '../../../server/models/claim.js';
import { Class } from '../../../server/models/class.js';
import { Contact } from '../../../server/models/contact.js';
import { Diary } from '../../../server/models/diary.js';
import { Event } from '../../../server/models/event.js';
import { Household } from '../../../server/models/household.js';
import { Resource } from '../../../server/models/resource.js';
import { searchKey } from '../../../server/models/search-key.js';
import { Slot } from '../../../server/models/slot.js';
import { holdSlot, type Held } from '../../../server/booking/hold-slot.js';
import type { HoldRequest } from '../../../server/booking/build-hold.js';
import { confirmAppointment } from '../../../server/booking/confirm-appointment.js';

/** The day before the conferences, noon in Chicago. */
export const EVE = new Date('2026-11-23T18:00:00Z');
export const DAY = '2026-11-24';
export const ZONE = 'America/Chicago';
const FIRST = new Date('2026-11-24T23:00:00Z');

export interface Conference {
  account: Account;
  event: Event;
  /** One class each, in which all students are. */
  teachers: { contact: Contact; resource: Resource; class: Class; slots: Slot[] }[];
  students: Contact[];
}

export interface ConferenceOptions {
  students?: number;
  teachers?: number;
  slots?: number;
  capacity?: number;
  booking?: Partial<Event['booking']>;
}

/** An event with teachers who all teach all students, slots of ten minutes from 5 PM, and booking open. */
export async function makeConference(options: ConferenceOptions = {}): Promise<Conference> {
  const account = (await Account.create({ name: 'Maple School', timeZone: ZONE, createdAt: EVE })).toObject();
  const event = (
    await Event.create({
      account: account._id,
      name: 'Fall Conferences',
      place: 'Main building',
      timeZone: ZONE,
      days: [DAY],
      link: new Types.ObjectId().toHexString(),
      booking: {
        opensAt: new Date(EVE.getTime() - 7 * 24 * 3600_000),
        closesAt: new Date('2026-11-25T06:00:00Z'),
        ...options.booking,
      },
      createdAt: EVE,
      sortKey: 'fall conferences',
    })
  ).toObject();
  const students = await Contact.insertMany(
    Array.from({ length: options.students ?? 2 }, (_, n) => studentOf(account._id, n)),
  );
  const children = students.map((student) => student.toObject());
  return { account, event, teachers: await makeTeachers(event, children, options), students: children };
}

const studentOf = (account: Types.ObjectId, n: number) => ({
  account,
  type: 'student' as const,
  source: 'clever' as const,
  status: 'active' as const,
  record: { id: `student-${String(n)}`, hash: '' },
  firstName: ['Ana', 'Leo', 'Mia', 'Sam'][n % 4],
  lastName: `Lopez${n > 3 ? String(n) : ''}`,
  schoolId: String(1000 + n),
  birthDate: '2014-03-09',
  ...keys(`lopez ${String(n)}`),
});

/** All teachers' documents of a kind by one command: hundreds of conferences are made, and each command takes more than its documents. */
async function makeTeachers(
  event: Event,
  students: Contact[],
  options: ConferenceOptions,
): Promise<Conference['teachers']> {
  const nameOf = (n: number) => ['Mrs Lee', 'Mr Park', 'Ms Cohen'][n] ?? `Teacher ${String(n)}`;
  const names = Array.from({ length: options.teachers ?? 2 }, (_, n) => nameOf(n));
  const scope = { account: event.account };
  const inEvent = { ...scope, event: event._id, status: 'active' as const };
  const contacts = await Contact.insertMany(
    names.map((name) => ({
      ...scope,
      type: 'teacher' as const,
      source: 'clever' as const,
      status: 'active' as const,
      firstName: '',
      lastName: name,
      ...keys(name),
    })),
  );
  const resources = await Resource.insertMany(
    names.map((name, n) => ({
      ...inEvent,
      contact: contacts[n]!._id,
      name,
      room: `Room ${String(n + 10)}`,
      ...keys(name),
    })),
  );
  const classes = await Class.insertMany(
    names.map((name, n) => ({
      ...inEvent,
      section: new Types.ObjectId(),
      synced: {
        name: `Class of ${name}`,
        teachers: [contacts[n]!._id],
        students: students.map(({ _id }) => _id),
      },
      ...keys(name),
    })),
  );
  const each = options.slots ?? 3;
  const slots = await Slot.insertMany(
    resources.flatMap((resource) =>
      Array.from({ length: each }, (_, k) => ({
        ...scope,
        event: event._id,
        resource: resource._id,
        from: new Date(FIRST.getTime() + k * 600_000),
        to: new Date(FIRST.getTime() + (k + 1) * 600_000),
        day: DAY,
        capacity: options.capacity ?? 1,
      })),
    ),
  );
  return names.map((_, n) => ({
    contact: contacts[n]!.toObject(),
    resource: resources[n]!.toObject(),
    class: classes[n]!.toObject(),
    slots: slots.slice(n * each, (n + 1) * each).map((slot) => slot.toObject()),
  }));
}

const keys = (text: string) => ({ searchKey: searchKey(text), sortKey: searchKey(text) });

/** A household of one adult with children. */
export async function makeHousehold(
  account: Types.ObjectId,
  children: Contact[],
  adult = new Types.ObjectId(),
): Promise<Household> {
  const household = await Household.create({
    account,
    adults: [adult],
    children: children.map(({ _id }) => ({ student: _id, adult, by: 'school', at: EVE })),
    createdAt: EVE,
  });
  return household.toObject();
}

/** What a parent's click on a time asks for; a key of its own unless given. */
export function wishOf(
  conference: Conference,
  household: Household,
  slot: Slot,
  more: Partial<HoldRequest> = {},
): HoldRequest {
  const child = household.children[0];
  if (!child) throw new Error('no child');
  return {
    event: conference.event,
    slot: slot._id,
    students: [child.student],
    household: household._id,
    user: household.adults[0] ?? new Types.ObjectId(),
    key: new Types.ObjectId().toHexString(),
    by: 'household',
    ...more,
  };
}

/** Holds and confirms, one slot unless told for how many. */
export async function bookSlot(deps: Deps, wish: HoldRequest, inARow?: number): Promise<Held> {
  const held = await holdSlot(deps, wish);
  if (!held.ok) return held;
  return confirmAppointment(deps, { ...wish, appointment: held.appointment._id, note: '', inARow });
}

export async function stateOf(id: Types.ObjectId): Promise<string | undefined> {
  return (await Appointment.findById(id).lean())?.state;
}

/** Claims and diary entries that name an appointment. */
export async function heldBy(id: Types.ObjectId): Promise<string[]> {
  const claims = await Claim.find({ appointment: id }).lean();
  const diaries = await Diary.find({ 'busy.appointment': id }).lean();
  return [...claims.map((claim) => claim._id), ...diaries.map((diary) => diary._id)].sort();
}

/** What must hold at any moment: no seat, adult or teacher double-booked, no limit passed. One line a fault. */
export async function findDoubles(conference: Conference): Promise<string[]> {
  const { event, teachers } = conference;
  const living = await Appointment.find({ event: event._id, state: { $in: ['booked', 'problem'] } }).lean();
  // One that is about to be cancelled in favour of another counts as gone.
  const replaced = new Set(living.map((item) => item.replaces?.toHexString()));
  const booked = living.filter((item) => !replaced.has(item._id.toHexString()));
  const capacities = new Map(
    teachers.flatMap(({ slots }) => slots.map((slot) => [slot._id.toHexString(), slot.capacity] as const)),
  );
  const faults: string[] = [];
  const count = (keysOf: (item: Appointment) => string[], most: (key: string) => number, what: string) => {
    const counts = new Map<string, number>();
    for (const item of booked) for (const key of keysOf(item)) counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const [key, number] of counts)
      if (number > most(key)) faults.push(`${what} ${key}: ${String(number)}`);
  };
  count(
    (item) => slotsOf(item).map(String),
    (key) => capacities.get(key) ?? 0,
    'slot',
  );
  const each = event.booking.perStudentAndTeacher || Infinity;
  count(
    (item) => item.students.map((student) => `${student.toHexString()} ${item.resource.toHexString()}`),
    () => each,
    'student and teacher',
  );
  const family = event.booking.perHousehold || Infinity;
  count(
    (item) => [item.household.toHexString()],
    () => family,
    'household',
  );
  const gap = event.booking.gapMinutes * 60_000;
  for (const a of booked) {
    for (const b of booked) {
      if (a._id.toHexString() >= b._id.toHexString()) continue;
      const close = +a.from < +b.to + gap && +b.from < +a.to + gap;
      if (close && a.household.equals(b.household)) faults.push(`household at two places`);
      const isShared = slotsOf(a).some((slot) => slotsOf(b).some((other) => other.equals(slot)));
      const overlap = a.from < b.to && b.from < a.to && !isShared;
      if (overlap && a.resource.equals(b.resource)) faults.push(`teacher at two places`);
    }
  }
  return faults;
}
