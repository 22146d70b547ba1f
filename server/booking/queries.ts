import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES, type AppointmentState } from '../models/appointment.js';
import type { Answer } from '../models/appointment-field.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Class, className, isMeetable } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { ask, findTogether } from '../models/find-together.js';
import type { HouseholdChild } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { User } from '../models/user.js';
import { holdersOf, Slot, type MeetingKind } from '../models/slot.js';
import { andList } from '../web/format-count.js';
import { kindOf, linkOf } from '../web/say-kind.js';
import type { PlacedEvent, Style } from '../web/place.js';
import { ENGLISH, wordsOf, type Words } from '../web/words.js';
import { schoolBy, type In } from './find-building.js';
import { isMeantFor, madeByHand } from './find-by-hand.js';
import { findMet } from './find-met.js';

/** An appointment as its family reads it. */
export interface Meeting {
  id: string;
  state: AppointmentState;
  slot: Types.ObjectId;
  /** Further slots of a longer meeting. */
  more: Types.ObjectId[];
  resource: Types.ObjectId;
  students: Types.ObjectId[];
  teacher: string;
  room: string;
  /** Whose building it is in, where that is known. */
  school?: { name: string; address: string };
  className: string;
  /** The adult who goes alone, and their name; absent: all of the family. */
  goer?: { id: Types.ObjectId; name: string };
  /** First names, in words. */
  children: string;
  from: Date;
  to: Date;
  note: string;
  answers: Answer[];
  /** Whether the family chooses how they meet. */
  isOpenKind: boolean;
  kind: MeetingKind;
  /** What was chosen before, where they choose. */
  chosenKind: MeetingKind | '';
  /** Where a video meeting is, or ''. */
  link: string;
  expiresAt?: Date;
  /** What was typed and not sent, by the names of the fields. */
  typed?: Record<string, string>;
  /** Until when it can be undone, where it was booked by one press. */
  undoUntil?: Date;
  cancelledBy?: Appointment['cancelledBy'];
  cancelledAt?: Date;
  /** When it was before the school moved it. */
  moved?: Appointment['moved'];
  seen?: Appointment['seen'];
  replaces?: Types.ObjectId;
  /** The entry in the family's calendar that it changes; absent: one of its own. */
  entry?: { first: string; changes: number };
}

/** The meetings of one household in an event, in the order of their times. */
export async function meetingsOf(
  event: Pick<PlacedEvent, '_id' | 'locale'>,
  household: Types.ObjectId,
): Promise<Meeting[]> {
  const found = await Appointment.find({ household, event: event._id, state: { $in: LIVING_STATES } })
    .sort({ from: 1 })
    .lean();
  return withNames(found, event);
}

/** One appointment of the household, whatever its state; nothing of anybody else's. */
export async function meetingById(
  event: Pick<PlacedEvent, '_id' | 'locale'>,
  household: Types.ObjectId,
  id: Types.ObjectId,
): Promise<Meeting | undefined> {
  const found = await Appointment.findOne({ _id: id, household, event: event._id }).lean();
  return found ? (await withNames([found], event))[0] : undefined;
}

export async function withNames(appointments: Appointment[], style: Style): Promise<Meeting[]> {
  if (appointments.length === 0) return [];
  return nameMeetings(appointments, await findTogether(questionsAbout(appointments)), style);
}

/** What is asked so that appointments can be named. */
export function questionsAbout(appointments: Appointment[]) {
  const all = (ids: (item: Appointment) => Types.ObjectId[]) => ({ _id: { $in: appointments.flatMap(ids) } });
  return {
    resources: ask<Resource, Resource & In>(Resource, all(holdersOf), ...schoolBy('byHand.school'), {
      $project: { name: 1, room: 1, link: 1, building: 1 },
    }),
    slots: ask<Slot>(Slot, all(slotsOf), { $project: { kind: 1, link: 1, with: 1 } }),
    classes: ask<Class, Class & In>(
      Class,
      all((item) => (item.class ? [item.class] : [])),
      ...schoolBy('synced.school'),
      { $project: { 'synced.name': 1, 'synced.course': 1, edits: 1, status: 1, building: 1 } },
    ),
    goers: ask<User>(
      User,
      all((item) => (item.goer ? [item.goer] : [])),
      { $project: { name: 1 } },
    ),
    students: ask<Contact>(
      Contact,
      all((item) => item.students),
      { $project: { firstName: 1, lastName: 1 } },
    ),
  };
}

/** What they are called, of what was found; what is there no more is said without a name. */
export function nameMeetings(
  appointments: Appointment[],
  found: {
    resources: (Resource & In)[];
    slots: Slot[];
    classes: (Class & In)[];
    students: Contact[];
    goers?: User[];
  },
  style: Style,
): Meeting[] {
  const byId = <T extends { _id: Types.ObjectId }>(list: T[]) =>
    new Map(list.map((item) => [item._id.toHexString(), item]));
  const [resourceOf, slotOf, classOf, studentOf] = [
    byId(found.resources),
    byId(found.slots),
    byId(found.classes),
    byId(found.students),
  ];
  const t = wordsOf(style);
  return appointments.map((item) => {
    const resource = resourceOf.get(item.resource.toHexString());
    const slot = slotOf.get(item.slot.toHexString());
    const kind = kindOf(slot, item);
    const held = item.class && classOf.get(item.class.toHexString());
    const school = (held ?? resource)?.building?.[0];
    const goer = found.goers?.find(({ _id }) => item.goer?.equals(_id));
    return {
      id: item._id.toHexString(),
      state: item.state,
      slot: item.slot,
      more: item.more ?? [],
      resource: item.resource,
      students: item.students,
      teacher:
        andList(
          holdersOf(item).flatMap((id) => resourceOf.get(id.toHexString())?.name ?? []),
          style,
        ) || t('meeting.theTeacher'),
      room: kind === 'video' ? '' : held?.edits.room || resource?.room || '',
      ...(school ? { school: { name: school.name, address: school.address ?? '' } } : {}),
      ...(goer ? { goer: { id: goer._id, name: goer.name } } : {}),
      className: held ? className(held) : '',
      children: andList(
        item.students.map((id) => childName(studentOf.get(id.toHexString()), t)),
        style,
      ),
      from: item.from,
      to: item.to,
      note: item.note,
      answers: item.answers ?? [],
      isOpenKind: slot?.kind === 'either',
      kind,
      chosenKind: item.kind ?? '',
      link: kind === 'video' ? linkOf(slot, resource) : '',
      ...(item.expiresAt ? { expiresAt: item.expiresAt } : {}),
      ...(item.typed ? { typed: item.typed } : {}),
      ...(item.undoUntil ? { undoUntil: item.undoUntil } : {}),
      ...(item.cancelledBy ? { cancelledBy: item.cancelledBy } : {}),
      ...(item.cancelledAt ? { cancelledAt: item.cancelledAt } : {}),
      ...(item.moved ? { moved: item.moved } : {}),
      ...(item.seen ? { seen: item.seen } : {}),
      ...(item.replaces ? { replaces: item.replaces } : {}),
      ...(item.entry
        ? { entry: { first: item.entry.first.toHexString(), changes: item.entry.changes } }
        : {}),
    };
  });
}

/** What a child is called to its family. @param t of who reads it */
export function childName(
  student: Pick<Contact, 'firstName' | 'lastName'> | undefined,
  t: Words = ENGLISH,
): string {
  return student ? student.firstName || contactName(student) : t('children.yourChild');
}

export interface ChildView {
  id: string;
  name: string;
  fullName: string;
  /** No longer at the school. */
  left: boolean;
  teachers: TeacherView[];
}

export interface TeacherView {
  id: string;
  name: string;
  room: string;
  classNames: string;
  /** Booked without a class: a counselor, an activity. */
  byHand: boolean;
  hasTimes: boolean;
  meetings: Meeting[];
}

/**
 * A household's children with the teachers they can meet: those first in a class that takes part and is shown, then who is met without
 * a class. Staff book what is hidden from families too.
 */
export async function childrenWithTeachers(
  event: Pick<Event, '_id' | 'account'>,
  children: Pick<HouseholdChild, 'student'>[],
  meetings: Meeting[],
  by: 'household' | 'school' = 'household',
): Promise<ChildView[]> {
  const ids = children.map((child) => child.student);
  const { students, classes, byHand } = await findTogether({
    students: ask<Contact>(Contact, { _id: { $in: ids }, account: event.account, type: 'student' }),
    classes: ask<Class>(
      Class,
      { event: event._id, 'synced.students': { $in: ids }, status: 'active' },
      { $set: { 'synced.students': { $setIntersection: ['$synced.students', ids] } } },
      { $sort: { sortKey: 1 } },
    ),
    byHand: madeByHand(event, by),
  });
  const met = classes.filter(isMeetable);
  const contacts = met.flatMap((item) => item.synced.teachers.slice(0, 1));
  const { resources, withTimes } = await findMet(event, contacts, byHand);
  return students
    .sort((a, b) => a.sortKey.localeCompare(b.sortKey))
    .map((student) => ({
      ...viewOf(student),
      teachers: [
        ...teachersOf(student, met, resources, withTimes, meetings),
        ...withoutClass(student, classes, byHand, withTimes, meetings),
      ],
    }));
}

/** What a child is called. */
export function viewOf(student: Contact): Omit<ChildView, 'teachers'> {
  return {
    id: student._id.toHexString(),
    name: childName(student),
    fullName: contactName(student),
    left: student.status !== 'active',
  };
}

function teachersOf(
  student: Contact,
  classes: Class[],
  resources: Resource[],
  withTimes: Set<string>,
  meetings: Meeting[],
): TeacherView[] {
  return resources.flatMap((resource) => {
    const held = classes.filter(
      (item) =>
        resource.contact?.equals(item.synced.teachers[0] ?? '') &&
        item.synced.students.some((id) => id.equals(student._id)),
    );
    const [first] = held;
    if (!first) return [];
    return [
      {
        id: resource._id.toHexString(),
        name: resource.name,
        room: first.edits.room || resource.room,
        // Several classes of one name say it once.
        classNames: [...new Set(held.map(className))].join(', '),
        byHand: false,
        hasTimes: withTimes.has(resource._id.toHexString()),
        meetings: meetingsWith(resource, student, meetings),
      },
    ];
  });
}

function meetingsWith(
  resource: Pick<Resource, '_id'>,
  student: Pick<Contact, '_id'>,
  meetings: Meeting[],
): Meeting[] {
  return meetings.filter(
    (meeting) =>
      meeting.resource.equals(resource._id) && meeting.students.some((id) => id.equals(student._id)),
  );
}

/** Whom a student of the event may meet without a class. */
function withoutClass(
  student: Contact,
  classes: Class[],
  byHand: Resource[],
  withTimes: Set<string>,
  meetings: Meeting[],
): TeacherView[] {
  if (!classes.some(({ synced }) => synced.students.some((id) => id.equals(student._id)))) return [];
  return byHand.flatMap((resource) => {
    if (!resource.byHand || !isMeantFor(resource.byHand, student)) return [];
    const { kind } = resource.byHand;
    return [
      {
        id: resource._id.toHexString(),
        name: resource.name,
        room: resource.room,
        classNames: kind === 'Other' || resource.name.includes(kind) ? '' : kind,
        byHand: true,
        hasTimes: withTimes.has(resource._id.toHexString()),
        meetings: meetingsWith(resource, student, meetings),
      },
    ];
  });
}
