import type { Types } from 'mongoose';
import { Appointment, type AppointmentState } from '../../models/appointment.js';
import { AuditEntry } from '../../models/audit-entry.js';
import { Class, className } from '../../models/class.js';
import { Contact, contactName } from '../../models/contact.js';
import { Event } from '../../models/event.js';
import { documentsOf, findTogether } from '../../models/find-together.js';
import { Household } from '../../models/household.js';
import { Notification } from '../../models/notification.js';
import { Resource } from '../../models/resource.js';
import { CHANGE_STATES, RosterChange } from '../../models/roster-change.js';
import { Unsubscription } from '../../models/unsubscription.js';
import { User } from '../../models/user.js';
import { ACTION_WORDS } from '../../runs/show/show-run.js';
import { fieldsInWords } from '../../runs/changes/change.js';
import { shortDayAndTime } from '../../web/format-time.js';
import { placed, type Place } from '../../web/place.js';
import { explainAction } from './explain-action.js';

/** How many of each a page shows. Older ones are in the event's appointments, the Outbox and the audit. */
const MOST = 50;

/** An event's class or appointments of a person. */
export interface Meeting {
  id: string;
  when: string;
  event: { id: string; name: string; isActive: boolean };
  teacher: string;
  students: string;
  state: AppointmentState;
}

type Of = Pick<Contact, '_id' | 'account' | 'type' | 'email'>;

/** The person's appointments, latest first: a student's own, those with a teacher, or those that an adult booked (by their login). */
export async function readAppointments(
  contact: Of,
  login: string | undefined,
  place: Place,
): Promise<Meeting[]> {
  const events = await Event.find({ account: contact.account }, { name: 1, timeZone: 1, status: 1 }).lean();
  const which = await whichAppointments(
    contact,
    login,
    events.map(({ _id }) => _id),
  );
  if (!which) return [];
  const found = await Appointment.find(
    { ...which, state: { $in: ['booked', 'problem', 'cancelled'] } },
    { event: 1, from: 1, resource: 1, students: 1, state: 1 },
  )
    .sort({ from: -1 })
    .limit(MOST)
    .lean();
  const [resources, people] = await Promise.all([
    Resource.find({ _id: { $in: found.map(({ resource }) => resource) } }, { name: 1 }).lean(),
    Contact.find(
      { account: contact.account, _id: { $in: found.flatMap(({ students }) => students) } },
      { firstName: 1, lastName: 1, email: 1 },
    ).lean(),
  ]);
  const teachers = new Map(resources.map(({ _id, name }) => [_id.toHexString(), name]));
  const names = new Map(people.map((person) => [person._id.toHexString(), contactName(person)]));
  return found.flatMap(({ _id, event: id, from, resource, students, state }) => {
    const event = events.find(({ _id }) => _id.equals(id));
    if (!event) return [];
    return [
      {
        id: _id.toHexString(),
        when: shortDayAndTime(from, placed(event, place)),
        event: { id: id.toHexString(), name: event.name, isActive: event.status === 'active' },
        teacher: teachers.get(resource.toHexString()) ?? 'No longer known',
        students: students.map((one) => names.get(one.toHexString()) ?? 'No longer known').join(', '),
        state,
      },
    ];
  });
}

async function whichAppointments(
  { _id, account, type }: Of,
  login: string | undefined,
  events: Types.ObjectId[],
): Promise<object | undefined> {
  if (type === 'student') return { event: { $in: events }, students: _id };
  if (type === 'guardian') {
    const household = login ? await Household.findOne({ account, adults: login }, { _id: 1 }).lean() : null;
    return household ? { household: household._id } : undefined;
  }
  const held = await Resource.find({ contact: { $eq: _id, $exists: true } }, { _id: 1 }).lean();
  return held.length > 0 ? { resource: { $in: held.map((resource) => resource._id) } } : undefined;
}

export interface EventClass {
  event: { id: string; name: string };
  name: string;
}

/** The classes of events that a student or a teacher is in. */
export async function readEventClasses({ _id, account, type }: Of): Promise<EventClass[]> {
  if (type === 'guardian') return [];
  const events = await Event.find({ account, status: 'active' }, { name: 1 }).sort({ sortKey: 1 }).lean();
  const mine = type === 'student' ? { 'synced.students': _id } : { 'synced.teachers': _id };
  const found = await Class.find(
    { event: { $in: events.map((event) => event._id) }, ...mine, status: 'active' },
    { event: 1, synced: 1, edits: 1 },
  )
    .limit(MOST)
    .lean();
  return events.flatMap((event) =>
    found
      .filter((held) => held.event.equals(event._id))
      .map((held) => ({ event: { id: event._id.toHexString(), name: event.name }, name: className(held) })),
  );
}

/** Mails to the person's address, newest first, and whether it wants no reminders and no group emails. */
export async function readMails({ account, email }: Of) {
  const to = email.trim().toLowerCase();
  if (to === '') return { mails: [], isUnsubscribed: false };
  const { mails, wishes } = await findTogether({
    mails: documentsOf(
      Notification,
      { account, to },
      {
        fields: { subject: 1, state: 1, attempts: 1, createdAt: 1 },
        sort: { createdAt: -1 },
        limit: MOST,
      },
    ),
    wishes: documentsOf(Unsubscription, { account, email: to }, { fields: { _id: 1 } }),
  });
  return { mails, isUnsubscribed: wishes.length > 0 };
}

export interface HistoryLine {
  at: Date;
  what: string;
  /** Who did something: a person, or a sync. */
  who: string;
}

/** What people did to a contact, and what the last runs did, newest first. */
export async function readHistory({ _id, account }: Of): Promise<HistoryLine[]> {
  const [entries, changes] = await Promise.all([
    AuditEntry.find({ account, targets: _id }).sort({ at: -1 }).limit(MOST).lean(),
    RosterChange.find(
      { account, state: { $in: CHANGE_STATES.filter((state) => state !== 'planned') }, target: _id },
      { action: 1, state: 1, fields: 1 },
    )
      .limit(MOST)
      .lean(),
  ]);
  const users = await User.find(
    { _id: { $in: entries.flatMap(({ user }) => user ?? []) } },
    { name: 1 },
  ).lean();
  const names = new Map(users.map((user) => [user._id.toHexString(), user.name]));
  return [
    ...entries.map(({ at, action, user, detail }) => ({
      at,
      what: explainAction(action, detail),
      who: user ? (names.get(user.toHexString()) ?? 'Somebody who no longer has a login') : 'Slotbell',
    })),
    ...changes.map(({ _id: id, action, state, fields }) => ({
      at: id.getTimestamp(),
      what: [
        ACTION_WORDS[state === 'withheld' ? 'withheld' : action] ?? 'Changed',
        state === 'undone' ? 'Undone since' : '',
        fieldsInWords(fields),
      ]
        .filter(Boolean)
        .join('. '),
      who: 'Roster sync',
    })),
  ]
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, MOST);
}
