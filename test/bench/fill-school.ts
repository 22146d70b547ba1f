import { Types, type Model } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Claim } from '../../server/models/claim.js';
import { Class, classKeys, hashClass } from '../../server/models/class.js';
import { Contact, type ContactType } from '../../server/models/contact.js';
import type { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { personKeys } from '../../server/models/person-keys.js';
import { Resource } from '../../server/models/resource.js';
import { searchKey } from '../../server/models/search-key.js';
import { coveredMinutes, Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { fromLocal } from '../../server/web/local-time.js';
import { bookings, mailOf, shareOf } from './make-bookings.js';

/** How large a made-up event is. */
export interface SchoolSize {
  students: number;
  teachers: number;
  slots: number;
  appointments: number;
}

const CLASSES_EACH = 6;
const MINUTES = 10;
const AT_ONCE = 5_000;

const FIRST = ['Ava', 'Ben', 'Camila', 'Diego', 'Ella', 'Felix', 'Grace', 'Henry', 'Isla', 'Jamal'];
const LAST = ['Adams', 'Brown', 'Cruz', 'Dunn', 'Evans', 'Flores', 'Green', 'Hall', 'Ivanov', 'Jones', 'Kim'];

/**
 * Fills an event with people, classes, slots, appointments, mails and an audit trail, by the numbers that are asked for. Families have one
 * to three children and two guardians, every student is in six classes, and each teacher's slots lie on the event's days from 8 AM.
 * @param bookedFrom when the first family booked; the last one did 20 days later
 */
export async function fillSchool(event: Event, size: SchoolSize, bookedFrom: Date): Promise<void> {
  const { account } = event;
  const scope = { account, event: event._id };
  const teachers = people(account, 'teacher', size.teachers);
  const students = people(account, 'student', size.students);
  const families = groupFamilies(students);
  const guardians = families.flatMap((children, family) =>
    ['Pat', 'Sam'].map((firstName, which) => {
      const lastName = children[0]?.lastName ?? '';
      const email = `family-${String(family)}-${String(which)}@example.org`;
      return {
        ...person(account, 'guardian', firstName, lastName, email, ''),
        relations: children.map(({ record }) => ({ student: record.id, relationship: 'Parent', type: '' })),
      };
    }),
  );
  await write(Contact, [...teachers, ...students, ...guardians]);
  const resources = teachers.map(({ _id, firstName, lastName }, index) => {
    const name = `${firstName} ${lastName}`;
    const keys = { searchKey: searchKey(name), sortKey: searchKey(lastName, firstName) };
    return {
      _id: new Types.ObjectId(),
      ...scope,
      contact: _id,
      name,
      room: String(100 + index),
      status: 'active',
      fromSync: true,
      ...keys,
    };
  });
  await write(Resource, resources);
  const classes = teachers.flatMap(({ _id }, teacher) =>
    Array.from({ length: CLASSES_EACH }, (_, nth) => {
      const members = every(size.teachers, (teacher - nth * 7) % size.teachers, students);
      const said = {
        ...{
          name: `Period ${String(nth + 1)} · ${String(teacher)}`,
          type: 'Class' as const,
          course: '',
          subject: 'Math',
        },
        ...{
          period: String(nth + 1),
          grade: '',
          term: 'Fall',
          teachers: [_id],
          students: members.map((one) => one._id),
        },
      };
      const synced = { ...said, hash: hashClass(said) };
      return {
        _id: new Types.ObjectId(),
        ...scope,
        section: new Types.ObjectId(),
        status: 'active',
        synced,
        edits: {},
        ...classKeys({ synced, edits: {} }),
      };
    }),
  );
  await write(Class, classes);
  const slots = resources.flatMap(({ _id }, index) =>
    slotsOf(event, _id, shareOf(size.slots, size.teachers, index)),
  );
  await write(Slot, slots);
  const { users, households } = logins(account, families, bookedFrom);
  await write(User, users);
  await write(Household, households);
  const booked = bookings(
    event,
    size.appointments,
    { classes, families, households, slots, teachers, resources },
    bookedFrom,
  );
  await write(Appointment, booked);
  await write(
    Claim,
    booked
      .filter(({ state }) => state !== 'cancelled')
      .map(({ _id, slot }) => ({ _id: `slot:${slot.toHexString()}:0`, ...scope, appointment: _id })),
  );
  await write(
    Notification,
    booked.map(({ _id, bookedAt, household }) => mailOf(event, _id, bookedAt, household)),
  );
  await write(
    AuditEntry,
    booked.map(({ _id, bookedAt, bookedBy }) => ({
      _id: new Types.ObjectId(),
      ...scope,
      user: bookedBy,
      at: bookedAt,
      action: 'book appointment',
      targets: [_id],
      detail: { by: 'household' },
    })),
  );
}

/** Of a list every one at so many steps, from a place on that may be counted from the end. */
function every<T>(step: number, from: number, list: readonly T[]): T[] {
  const first = (from + step) % step;
  return Array.from(
    { length: Math.ceil((list.length - first) / step) },
    (_, nth) => list[first + nth * step],
  ).flatMap((one) => one ?? []);
}

/** As they stand in the database, past mongoose, whose checks would take minutes. */
async function write(model: Pick<Model<never>, 'collection'>, rows: object[]): Promise<void> {
  for (let from = 0; from < rows.length; from += AT_ONCE)
    await model.collection.insertMany(rows.slice(from, from + AT_ONCE), { ordered: false });
}

function person(
  account: Types.ObjectId,
  type: ContactType,
  firstName: string,
  lastName: string,
  email: string,
  schoolId: string,
) {
  const birthDate = type === 'student' ? '2014-03-04' : '';
  const said = { type, firstName, lastName, email, schoolId, birthDate };
  const _id = new Types.ObjectId();
  return {
    ...{
      _id,
      account,
      source: 'file',
      status: 'active',
      record: { id: `${type}-${_id.toHexString()}`, hash: '' },
    },
    ...{ ...said, middleName: '', username: '', sex: '', address: '', city: '', state: '', postalCode: '' },
    ...{
      grade: type === 'student' ? '4' : '',
      title: '',
      phone: '',
      schools: [],
      relations: [],
      identifiers: {},
    },
    ...personKeys(said),
  };
}

function people(account: Types.ObjectId, type: ContactType, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const firstName = FIRST[index % FIRST.length] ?? '';
    const lastName = `${LAST[Math.floor(index / FIRST.length) % LAST.length] ?? ''} ${String(index)}`;
    const email = type === 'teacher' ? `teacher-${String(index)}@example.org` : '';
    return person(
      account,
      type,
      firstName,
      lastName,
      email,
      type === 'student' ? String(100_000 + index) : '',
    );
  });
}

/** One, two and three children in turn. */
function groupFamilies<P>(students: P[]): P[][] {
  const families: P[][] = [];
  for (let from = 0, size = 1; from < students.length; from += size, size = (size % 3) + 1)
    families.push(students.slice(from, from + size));
  return families;
}

function slotsOf(event: Event, resource: Types.ObjectId, count: number) {
  const perDay = Math.ceil(count / event.days.length);
  return Array.from({ length: count }, (_, index) => {
    const day = event.days[Math.floor(index / perDay)] ?? '';
    const begin = fromLocal(`${day}T08:00`, event.timeZone);
    if (!begin) throw new Error(`There is no 8 AM on ${day}.`);
    const from = new Date(begin.getTime() + (index % perDay) * MINUTES * 60_000);
    const to = new Date(from.getTime() + MINUTES * 60_000);
    const times = { from, to, day, minutes: coveredMinutes({ from, to }) };
    const rest = { capacity: 1, kind: 'in person', state: 'visible', message: '' };
    return {
      _id: new Types.ObjectId(),
      account: event.account,
      event: event._id,
      resource,
      ...times,
      ...rest,
    };
  });
}

function logins(account: Types.ObjectId, families: { _id: Types.ObjectId; lastName: string }[][], at: Date) {
  const users = families.map((children, family) => ({
    _id: new Types.ObjectId(),
    email: `family-${String(family)}-0@example.org`,
    name: `Pat ${children[0]?.lastName ?? ''}`,
    emailProvenAt: at,
    grants: [{ account, level: 'customer' }],
    createdAt: at,
  }));
  const households = families.map((children, family) => {
    const adult = users[family]?._id ?? new Types.ObjectId();
    const held = children.map(({ _id }) => ({ student: _id, adult, by: 'roster', at }));
    return { _id: new Types.ObjectId(), account, adults: [adult], children: held, createdAt: at };
  });
  return { users, households };
}
