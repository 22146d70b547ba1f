import type { Types } from 'mongoose';
import { readStates } from '../accounts/read-states.js';
import { findUnspoken } from '../interpreters/queries.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class } from '../models/class.js';
import { Contact, LISTING_INDEX } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { documentsOf, findTogether, rowsOf, type Question } from '../models/find-together.js';
import { Mailing } from '../models/mailing.js';
import { lacking, MISSING } from '../models/person-keys.js';
import { findGoing } from '../notifications/find-going.js';
import { isFound, readHolders } from './read-holders.js';

type EventScope = Pick<Event, '_id' | 'account'> & Partial<Pick<Event, 'interpreting'>>;

/** What exists in an event before its booking opens. */
export interface Readiness {
  classes: number;
  hiddenClasses: number;
  importedClasses: number;
  teachers: number;
  /** Teachers with bookable classes and without slots. */
  withoutSlots: number;
  /** The number of slots that parents can book, and of teachers who have them. */
  offered: { slots: number; teachers: number };
  withoutPlace: number;
  /** How many teachers are on the roster. */
  known: number;
  /** How many of them have a login with a password. */
  loggedIn: number;
  slots: number;
  slotsOn: Map<string, number>;
  booked: number;
  problems: number;
  /** Students whom nobody can add, because they lack a number, or both birth date and security value. */
  unproven: number;
  /** The languages that families may ask for and nobody interprets, by their codes: families who ask can't book. */
  unspoken: string[];
  /** When an announcement was or will be sent. */
  announcedAt?: Date;
}

interface ClassGroup {
  _id: { teacher?: Types.ObjectId; isHidden: boolean; isMeetable: boolean; isImported: boolean };
  count: number;
}

/** These are counted in the database. */
export async function readReadiness(event: EventScope): Promise<Readiness> {
  const scope = { account: event.account, event: event._id };
  const type = { $ifNull: ['$edits.type', '$synced.type'] };
  const [{ groups, states, announced }, held, unproven, unspoken] = await Promise.all([
    findTogether({
      groups: rowsOf<ClassGroup>(Class, [
        { $match: { ...scope, status: 'active' } },
        {
          $group: {
            _id: {
              teacher: { $arrayElemAt: ['$synced.teachers', 0] },
              isHidden: { $eq: [type, 'Hide'] },
              isMeetable: { $and: [{ $ne: [type, 'Hide'] }, { $ne: ['$edits.allowed', 0] }] },
              isImported: { $gt: ['$section', null] },
            },
            count: { $sum: 1 },
          },
        },
      ]),
      states: rowsOf<{ _id: string; count: number }>(Appointment, [
        { $match: { event: event._id, account: event.account, state: { $in: LIVING_STATES } } },
        { $group: { _id: '$state', count: { $sum: 1 } } },
      ]),
      announced: askAnnounced(event),
    }),
    readHolders(event, new Date(0)),
    countUnproven(event),
    findUnspoken(event),
  ]);
  const announcedAt = await whenAnnounced(announced);
  const sum = (fits: (group: ClassGroup['_id']) => boolean) =>
    groups.filter(({ _id }) => fits(_id)).reduce((total, { count }) => total + count, 0);
  const meetable = new Set(groups.flatMap(({ _id }) => (_id.isMeetable ? [String(_id.teacher)] : [])));
  const { holders, slots, slotsOn } = held;
  const offering = holders.filter((holder) => holder.visible > 0 && isFound(holder, meetable));
  const contacts = holders.flatMap(({ contact }) => contact || []);
  const state = (name: string) => states.find(({ _id }) => _id === name)?.count ?? 0;
  return {
    classes: sum(({ isHidden }) => !isHidden),
    hiddenClasses: sum(({ isHidden }) => isHidden),
    importedClasses: sum(({ isImported }) => isImported),
    teachers: holders.length,
    withoutSlots: holders.filter(
      ({ slots: own, sits, contact }) => own + sits.slots === 0 && meetable.has(contact),
    ).length,
    offered: {
      slots: offering.reduce((sum, { visible }) => sum + visible, 0),
      teachers: offering.length,
    },
    withoutPlace: holders.filter(({ hasPlace }) => !hasPlace).length,
    known: contacts.length,
    loggedIn: await countLogins(event.account, contacts),
    ...{ slots, slotsOn },
    booked: state('booked') + state('problem'),
    problems: state('problem'),
    ...{ unproven, unspoken },
    ...(announcedAt ? { announcedAt } : {}),
  };
}

/** The event's announcements that aren't canceled, the last first. */
function askAnnounced({ _id, account }: EventScope): Question<Mailing> {
  return documentsOf(
    Mailing,
    { event: _id, account, nth: { $exists: true }, state: { $ne: 'canceled' } },
    { fields: { state: 1, sendAt: 1 }, sort: { nth: -1 }, limit: 1000 },
  );
}

/** When the last announcement goes out that isn't canceled, and of which something went out if it is over. */
async function whenAnnounced(announced: Mailing[]): Promise<Date | undefined> {
  const going = new Set((await findGoing(announced.map((one) => one._id))).map(String));
  return announced.find((one) => one.state !== 'done' || going.has(one._id.toHexString()))?.sendAt;
}

/** Somebody who was invited and has no password yet has no login. */
async function countLogins(account: Types.ObjectId, contacts: string[]): Promise<number> {
  if (contacts.length === 0) return 0;
  const [people, stateOf] = await Promise.all([
    Contact.find({ _id: { $in: contacts }, account }, { email: 1 }).lean(),
    readStates(account, new Date(0)),
  ]);
  return people.filter((person) => stateOf(person) === 'account').length;
}

/** The most students that are counted exactly, because their ids go into one query; beyond that, the page says "at least". */
const MOST_ASKED = 5_000;

/** Students who lack a number, or a birth date. */
const UNPROVEN = [...new Set([...lacking('number'), ...lacking('birthDate')])];

/** Students of the event’s classes whom no parent can add with what the roster says about them. */
async function countUnproven({ _id, account }: EventScope): Promise<number> {
  const found = await Contact.find(
    { account, type: 'student', status: 'active', lacks: { $in: UNPROVEN } },
    { lacks: 1, securityValue: 1 },
  )
    // Students who lack nothing are left out by the index.
    .hint(LISTING_INDEX)
    .limit(MOST_ASKED)
    .lean();
  const unknown = found.filter(
    ({ lacks, securityValue }) => lacks.includes(MISSING.number) || !securityValue,
  );
  if (unknown.length === 0) return 0;
  const ids = unknown.map((student) => student._id);
  const rows = await Class.aggregate<{ count: number }>([
    { $match: { event: _id, account, status: 'active', 'synced.students': { $in: ids } } },
    { $match: { 'edits.type': { $ne: 'Hide' }, 'edits.allowed': { $ne: 0 } } },
    { $project: { students: { $setIntersection: ['$synced.students', ids] } } },
    { $unwind: '$students' },
    { $group: { _id: '$students' } },
    { $count: 'count' },
  ]);
  return rows[0]?.count ?? 0;
}
