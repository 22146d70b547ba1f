import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import { CONTACT_TYPES, Contact, type ContactType } from '../../models/contact.js';
import { ContactDeletion, type LevelNumbers } from '../../models/contact-deletion.js';
import { Event } from '../../models/event.js';
import { countIn, countOfAll, documentsOf, findTogether } from '../../models/find-together.js';
import { Household } from '../../models/household.js';
import { User } from '../../models/user.js';
import { readStaff, type StaffLogin } from './find-staying.js';
import { DELETION_LEVELS, staysAt, typesBelow, type DeletionLevel } from './policy.js';

/** Events that count. An event that is being deleted takes everything in it along. */
export const LISTED = ['active', 'archived'] as const;

/** What an event has of the account's people. */
export interface BookedEvent {
  id: string;
  name: string;
  booked: number;
  /** How many of these are in the future: their families are told. */
  coming: number;
}

/** Everything that *Delete All Contacts* would remove. */
export interface DeletionNumbers {
  levels: Record<DeletionLevel, LevelNumbers>;
  /** Contacts of any type, of any status. */
  total: number;
  events: BookedEvent[];
  /** Events whose nightly sync is on: it would bring the people back. */
  synced: string[];
  /** Classes from the roster, in all events. */
  classes: number;
  /** Children whom the school took away from an adult: these decisions are forgotten too. */
  takenAway: number;
}

/** The exact numbers for each level, and what every level removes. */
export async function countDeletion(
  account: Types.ObjectId,
  own: Types.ObjectId,
  now: Date,
): Promise<DeletionNumbers> {
  const [byType, staff, { logins, events, households }] = await Promise.all([
    countByType(account),
    readStaff(account, own, now),
    findTogether({
      logins: countOfAll(User, { 'grants.account': account }),
      events: documentsOf(
        Event,
        { account, status: { $in: [...LISTED] } },
        { fields: { name: 1, sync: 1 }, sort: { sortKey: 1 } },
      ),
      households: documentsOf(
        Household,
        { account, 'removed.student': { $exists: true } },
        { fields: { removed: 1 } },
      ),
    }),
  ]);
  const ids = events.map(({ _id }) => _id);
  const [booked, classes] = await Promise.all([countBooked(ids, now), countClasses(ids)]);
  const granted = await User.countDocuments({
    'grants.account': account,
    _id: { $in: staff.map(({ user }) => user) },
  });
  const levels = DELETION_LEVELS.map(
    (level) => [level, numbersOf(level, byType, staff, countIn(logins) - granted)] as const,
  );
  return {
    levels: Object.fromEntries(levels) as DeletionNumbers['levels'],
    total: Object.values(byType).reduce((sum, count) => sum + count, 0),
    events: events.flatMap(({ _id, name }) => {
      const found = booked.get(_id.toHexString());
      return found ? [{ id: _id.toHexString(), name, ...found }] : [];
    }),
    synced: events.filter(({ sync }) => sync?.on).map(({ name }) => name),
    classes,
    takenAway: households.reduce((sum, { removed = [] }) => sum + removed.length, 0),
  };
}

function numbersOf(
  level: DeletionLevel,
  byType: Record<ContactType, number>,
  staff: readonly StaffLogin[],
  parentLogin: number,
): LevelNumbers {
  const staying = staff.filter(({ highest }) => staysAt(highest, level));
  const kept = new Map(
    staying.flatMap(({ contacts }) => contacts).map(({ _id, type }) => [_id.toHexString(), type]),
  );
  const types = typesBelow(level);
  const count = (type: ContactType): number =>
    types.includes(type) ? byType[type] - [...kept.values()].filter((one) => one === type).length : 0;
  return {
    student: count('student'),
    guardian: count('guardian'),
    teacher: count('teacher'),
    staff: count('staff'),
    parentLogin,
    staffLogin: staff.length - staying.length,
  };
}

async function countByType(account: Types.ObjectId): Promise<Record<ContactType, number>> {
  const counted = CONTACT_TYPES.map((type) => [type, countOfAll(Contact, { account, type })] as const);
  const found = await findTogether(Object.fromEntries(counted));
  const counts = CONTACT_TYPES.map((type) => [type, countIn(found[type] ?? [])] as const);
  return Object.fromEntries(counts) as Record<ContactType, number>;
}

/** By the event's id: appointments and holds, past or not. */
export async function countBooked(
  events: readonly Types.ObjectId[],
  now: Date,
): Promise<Map<string, Pick<BookedEvent, 'booked' | 'coming'>>> {
  const found = await Appointment.aggregate<{ _id: Types.ObjectId; booked: number; coming: number }>([
    { $match: { event: { $in: [...events] }, state: { $in: ['pending', ...LIVING_STATES] } } },
    {
      $group: {
        _id: '$event',
        booked: { $sum: 1 },
        coming: { $sum: { $cond: [{ $gt: ['$from', now] }, 1, 0] } },
      },
    },
  ]);
  return new Map(found.map(({ _id, ...counts }) => [_id.toHexString(), counts]));
}

function countClasses(events: Types.ObjectId[]): Promise<number> {
  return Class.countDocuments({ event: { $in: events }, section: { $exists: true }, status: 'active' });
}

/** A deletion of the account's; null where there is none of that id. */
export function findDeletion(account: Types.ObjectId, id: Types.ObjectId): Promise<ContactDeletion | null> {
  return ContactDeletion.findOne({ _id: id, account }).lean();
}

/** The most recent deletions, for the page of advanced options. */
export function recentDeletions(account: Types.ObjectId): Promise<ContactDeletion[]> {
  return ContactDeletion.find({ account, level: { $exists: true } })
    .sort({ createdAt: -1 })
    .limit(5)
    .lean();
}
