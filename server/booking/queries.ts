import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { className, isMeetable, type Class } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { ask, findTogether } from '../models/find-together.js';
import type { HouseholdChild } from '../models/household.js';
import type { Resource } from '../models/resource.js';
import type { PlacedEvent } from '../web/place.js';
import { classesOf } from './find-classes.js';
import { isMeantFor, madeByHand } from './find-by-hand.js';
import { findMet } from './find-met.js';
import { childName, withNames, type Meeting } from '../meetings/name-meetings.js';

/** The meetings of a household in an event, by time. */
export async function meetingsOf(
  event: Pick<PlacedEvent, '_id' | 'locale'>,
  household: Types.ObjectId,
): Promise<Meeting[]> {
  const found = await Appointment.find({ household, event: event._id, state: { $in: LIVING_STATES } })
    .sort({ from: 1 })
    .lean();
  return withNames(found, event);
}

/** One appointment of the household, whatever its state; null if it is somebody else's. */
export async function meetingById(
  event: Pick<PlacedEvent, '_id' | 'locale'>,
  household: Types.ObjectId,
  id: Types.ObjectId,
): Promise<Meeting | undefined> {
  const found = await Appointment.findOne({ _id: id, household, event: event._id }).lean();
  return found ? (await withNames([found], event))[0] : undefined;
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
  /** Whether it is met without a class, like a counselor or an activity. */
  byHand: boolean;
  hasTimes: boolean;
  meetings: Meeting[];
}

/**
 * A household's children and the teachers they can meet: teachers of a class that takes part and is shown come first, then those met
 * without a class. Staff also find what is hidden from families.
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
    classes: classesOf(event._id, ids),
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
        // Classes of the same name are named once.
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

/** What a student of the event may book without a class. */
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
