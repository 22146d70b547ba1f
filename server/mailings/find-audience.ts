import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { BATCH } from '../models/find-together.js';
import { Household } from '../models/household.js';
import type { MailingGroup } from '../models/mailing.js';
import { Resource } from '../models/resource.js';
import { isBlocked, User } from '../models/user.js';
import { findUnsubscribed } from '../notifications/unsubscribing/find-unsubscribed.js';
import { distinctIds, groupBy } from '../web/lists.js';
import { spanOfDay } from '../web/local-time.js';
import { findFamilies, leaveOut } from './find-families.js';
import { Audience, type Student } from './collect-audience.js';
import { listStudents } from './list-students.js';

type Scope = Pick<Event, '_id' | 'account' | 'timeZone'>;

/**
 * Who a mailing to a group reaches as of now. A fixed number of queries, whatever the size of the school; they go past mongoose, which would
 * look at each of the thousands of ids.
 * @param isSearched whether somebody of it is looked for by a student's name
 */
export async function findAudience(event: Scope, group: MailingGroup, isSearched = false): Promise<Audience> {
  const unsubscribed = await findUnsubscribed(event.account);
  if (group.kind === 'teachers') return findTeachers(event, unsubscribed);
  if (group.kind === 'day') return findDay(event, group.day ?? '', unsubscribed, isSearched);
  const students = await readStudents(event.account, await listStudents(event, group), isSearched);
  const audience = new Audience(students, unsubscribed);
  if (students.length > 0) await findFamilies(event.account, audience);
  return audience;
}

async function readStudents(
  account: Types.ObjectId,
  ids: Types.ObjectId[],
  isSearched: boolean,
): Promise<Student[]> {
  return Contact.collection
    .find<Student>(
      { _id: { $in: ids }, account, type: 'student', status: 'active' },
      {
        projection: {
          firstName: 1,
          'record.id': 1,
          'record.also': 1,
          ...(isSearched ? { searchKey: 1 } : {}),
        },
        batchSize: BATCH,
      },
    )
    .toArray();
}

/** The adults who have an appointment on a day, with the children it is about; other adults of the child are left out. */
async function findDay(
  event: Scope,
  day: string,
  unsubscribed: Set<string>,
  isSearched: boolean,
): Promise<Audience> {
  const { account } = event;
  const { start, end } = spanOfDay(day, event.timeZone);
  const booked = await Appointment.find(
    { account, event: event._id, state: { $in: LIVING_STATES }, from: { $gte: start, $lt: end } },
    { household: 1, students: 1 },
  ).lean();
  const students = await readStudents(
    account,
    distinctIds(booked.flatMap((one) => one.students)),
    isSearched,
  );
  const audience = new Audience(students, unsubscribed);
  if (students.length === 0) return audience;
  // This includes appointments that the office booked for somebody of the roster with the same address.
  const { indexOf } = await leaveOut(account, audience);
  const byHousehold = groupBy(booked, ({ household }) => household.toHexString());
  const households = await Household.find(
    { _id: { $in: [...byHousehold.keys()] }, account },
    { adults: 1, keptFor: 1 },
  ).lean();
  const kept = await Contact.find(
    { _id: { $in: households.flatMap(({ keptFor }) => keptFor ?? []) }, account, status: 'active' },
    { firstName: 1, lastName: 1, email: 1 },
  ).lean();
  const keptFor = new Map(kept.map((contact) => [contact._id.toHexString(), contact]));
  const users = await User.find(
    { _id: { $in: households.flatMap(({ adults }) => adults) }, emailProvenAt: { $exists: true } },
    { name: 1, email: 1, blocks: 1 },
  ).lean();
  const userOf = new Map(users.map((user) => [user._id.toHexString(), user]));
  for (const household of households) {
    const children = (byHousehold.get(household._id.toHexString()) ?? []).flatMap((one) => one.students);
    const contact = keptFor.get(household.keptFor?.toHexString() ?? '');
    const adults = household.adults.flatMap((adult) => userOf.get(adult.toHexString()) ?? []);
    const readers = contact
      ? [{ email: contact.email, name: [contact.firstName, contact.lastName].filter(Boolean).join(' ') }]
      : adults.filter((user) => !isBlocked(user, account));
    for (const { email, name } of readers)
      for (const child of children)
        audience.add(email, name, indexOf.get(child.toHexString()), { household: household._id });
  }
  return audience;
}

/** The event's teachers at their address in the roster, or else at that of their login. */
async function findTeachers({ _id, account }: Scope, unsubscribed: Set<string>): Promise<Audience> {
  const teachers = await Resource.find(
    { account, event: _id, status: 'active', contact: { $exists: true } },
    { name: 1, contact: 1 },
  ).lean();
  const contacts = teachers.flatMap(({ contact }) => contact ?? []);
  const [people, users] = await Promise.all([
    Contact.find({ _id: { $in: contacts }, account, status: 'active' }, { email: 1 }).lean(),
    User.find(
      { 'grants.contact': { $in: contacts, $exists: true }, emailProvenAt: { $exists: true } },
      { email: 1, grants: 1 },
    ).lean(),
  ]);
  const emailOf = new Map(
    users.flatMap(({ email, grants }) =>
      grants.flatMap((grant) =>
        grant.account.equals(account) && grant.contact ? [[grant.contact.toHexString(), email] as const] : [],
      ),
    ),
  );
  for (const person of people) if (person.email) emailOf.set(person._id.toHexString(), person.email);
  const audience = new Audience([], unsubscribed, teachers.length);
  for (const { name, contact } of teachers)
    audience.add(emailOf.get(contact?.toHexString() ?? '') ?? '', name, 'themselves');
  return audience;
}
