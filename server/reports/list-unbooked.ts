import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class, className, isMeetable } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { sliceOf } from '../web/paging.js';
import type { Sight } from '../web/sight.js';
import { PERSON } from './match-names.js';

/** An event, and what of it the reader sees: of a teacher's own alone, the classes and appointments are theirs. */
type Scope = Pick<Event, '_id' | 'account'> & { sight: Sight };

/** A class that parents may book, with those of its students for whom nothing is booked in the event. */
export interface UnbookedClass {
  name: string;
  teacher: string;
  size: number;
  students: string[];
}

export interface Unbooked {
  /** Students in classes that parents may book, each counted once, and those without an appointment. */
  students: number;
  without: number;
  classes: UnbookedClass[];
  total: number;
  page: number;
}

export const CLASSES_A_PAGE = 25;

/** Students for whom no appointment takes place in the event, class by class; a student may stand in several. */
export async function listUnbooked(event: Scope, wanted: number): Promise<Unbooked> {
  const { found, students, without } = await findUnbooked(event);
  const { page, skip } = sliceOf(found.length, wanted, CLASSES_A_PAGE);
  return {
    students,
    without,
    classes: await nameClasses(event, found.slice(skip, skip + CLASSES_A_PAGE)),
    total: found.length,
    page,
  };
}

/** All classes with somebody missing, for a file. */
export async function* everyUnbooked(event: Scope): AsyncGenerator<UnbookedClass[]> {
  const { found } = await findUnbooked(event);
  for (let from = 0; from < found.length; from += CLASSES_A_PAGE)
    yield await nameClasses(event, found.slice(from, from + CLASSES_A_PAGE));
}

interface Missing {
  name: string;
  teacher: Types.ObjectId | undefined;
  size: number;
  ids: Types.ObjectId[];
}

/** Compares in memory: ids alone, of one event. Names are read for the part that is shown. */
export async function findUnbooked(
  event: Scope,
): Promise<{ found: Missing[]; students: number; without: number }> {
  const scope = { account: event.account, event: event._id };
  const [classes, booked] = await Promise.all([
    Class.find({ ...scope, ...(await classesSeen(event)), status: 'active' })
      .sort({ sortKey: 1, _id: 1 })
      .lean(),
    Appointment.distinct('students', { ...scope, ...event.sight, state: { $in: LIVING_STATES } }),
  ]);
  const met = new Set(booked.map((id) => id.toHexString()));
  const all = new Set<string>();
  const missing = new Set<string>();
  const found = classes
    .filter(isMeetable)
    .map((item) => {
      const ids = item.synced.students.filter((id) => {
        const student = id.toHexString();
        all.add(student);
        if (met.has(student)) return false;
        missing.add(student);
        return true;
      });
      return {
        name: className(item),
        teacher: item.synced.teachers[0],
        size: item.synced.students.length,
        ids,
      };
    })
    .filter(({ ids }) => ids.length > 0);
  return { found, students: all.size, without: missing.size };
}

/** Those in which one of the teachers whom the reader sees comes first. */
async function classesSeen({ _id, account, sight }: Scope) {
  if (!sight.resource) return {};
  const seen = await Resource.find({ _id: sight.resource, account, event: _id }, { contact: 1 }).lean();
  return { 'synced.teachers.0': { $in: seen.flatMap(({ contact }) => (contact ? [contact] : [])) } };
}

async function nameClasses(event: Scope, classes: Missing[]): Promise<UnbookedClass[]> {
  const wanted = classes.flatMap(({ ids, teacher }) => (teacher ? [...ids, teacher] : ids));
  const people = await Contact.find(
    { _id: { $in: wanted }, account: event.account },
    { ...PERSON, sortKey: 1 },
  ).lean();
  const personOf = new Map(people.map((person) => [person._id.toHexString(), person]));
  return classes.map(({ name, teacher, size, ids }) => ({
    name,
    teacher: teacher ? contactName(personOf.get(teacher.toHexString()) ?? {}) : '',
    size,
    students: ids
      .map((id) => personOf.get(id.toHexString()))
      .filter((person) => person !== undefined)
      .sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1))
      .map((person) => contactName(person)),
  }));
}
