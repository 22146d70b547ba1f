import type { Types } from 'mongoose';
import { isMeantFor } from '../booking/find-by-hand.js';
import { Appointment } from '../models/appointment.js';
import { Class } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Resource, type ByHand } from '../models/resource.js';
import type { Sight } from '../web/sight.js';

type Scope = Pick<Event, '_id' | 'account'> & { sight: Sight };

/**
 * Which of some students are in the event, by id: in its classes, or in one of its appointments. For a teacher who sees only their own: in
 * their classes, or in an appointment with them. For a counselor: everybody who is in a class of the event and may come to them.
 */
export async function findInEvent(event: Scope, students: Types.ObjectId[]): Promise<Set<string>> {
  if (students.length === 0) return new Set();
  const scope = { account: event.account, event: event._id };
  const inClasses = { ...scope, 'synced.students': { $in: students }, status: 'active' as const };
  const own = await findOwn(event);
  const [taught, meant, met] = await Promise.all([
    own?.contacts.length === 0
      ? []
      : Class.distinct('synced.students', {
          ...inClasses,
          ...(own ? { 'synced.teachers.0': { $in: own.contacts } } : {}),
        }),
    own && own.byHand.length > 0
      ? Class.distinct('synced.students', inClasses).then((ids) =>
          keepMeant(event, own.byHand, ids, students),
        )
      : [],
    Appointment.distinct('students', {
      ...scope,
      ...event.sight,
      students: { $in: students },
      state: { $in: ['booked', 'problem', 'cancelled'] },
    }),
  ]);
  return new Set([...taught, ...meant, ...met].map(String));
}

interface Own {
  /** Teachers, as the roster knows them. */
  contacts: Types.ObjectId[];
  /** Resources that are met without a class. */
  byHand: ByHand[];
}

/** The resources that the reader sees; undefined for all. */
async function findOwn({ _id, account, sight }: Scope): Promise<Own | undefined> {
  if (!sight.resource) return undefined;
  const own = await Resource.find(
    { _id: sight.resource, account, event: _id },
    { contact: 1, byHand: 1, status: 1 },
  ).lean();
  return {
    contacts: own.flatMap(({ contact }) => contact ?? []),
    byHand: own.flatMap(({ byHand, status }) => (byHand && status === 'active' ? byHand : [])),
  };
}

/** Of the requested students in classes, those who may come to something made by hand. */
async function keepMeant(
  { account }: Scope,
  byHand: ByHand[],
  inClasses: Types.ObjectId[],
  asked: Types.ObjectId[],
): Promise<Types.ObjectId[]> {
  const has = new Set(inClasses.map(String));
  const found = await Contact.find(
    { _id: { $in: asked.filter((id) => has.has(String(id))) }, account, type: 'student' },
    { schools: 1, grade: 1 },
  ).lean();
  return found.filter((student) => byHand.some((one) => isMeantFor(one, student))).map(({ _id }) => _id);
}
