import { Types } from 'mongoose';
import { Account } from '../../../server/models/account.js';
import { Class } from '../../../server/models/class.js';
import { Contact, type ContactType } from '../../../server/models/contact.js';
import { contactKeys } from '../../../server/models/person-keys.js';
import { Course } from '../../../server/models/course.js';
import { Duplicate } from '../../../server/models/duplicate.js';
import { Household } from '../../../server/models/household.js';
import { Notification } from '../../../server/models/notification.js';
import { OneTimeLink } from '../../../server/models/one-time-link.js';
import { RosterChange } from '../../../server/models/roster-change.js';
import { RosterRun } from '../../../server/models/roster-run.js';
import { School } from '../../../server/models/school.js';
import { Section } from '../../../server/models/section.js';
import { Term } from '../../../server/models/term.js';
import { User, type AccessLevel, type Grant } from '../../../server/models/user.js';
import { bookSlot, EVE, makeConference, wishOf, type Conference } from '../booking/conference.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../app.js';
import { emptyDatabase } from '../hooks.js';
import { takeSnapshot, type Snapshot } from '../snapshot.js';

/** A school in which every tie that a person can have is there: roster, classes, families, bookings, logins of each level. */
export interface FullSchool {
  fair: Conference;
  account: Types.ObjectId;
  admin: User;
  /** By level: the login, and the roster's teacher or staff member that it is. */
  staff: Record<Exclude<AccessLevel, 'customer' | 'administrator'>, { user: User; contact: Contact }>;
  parents: User[];
  blocked: User;
}

/** @param app its clock is set to the day before the conferences */
export async function makeFullSchool(app: TestApp): Promise<FullSchool> {
  app.setNow(EVE);
  const fair = await makeConference({ students: 3, teachers: 2 });
  const account = fair.account._id;
  await Account.updateOne({ _id: account }, { $set: { recordsOf: 'pickatime' } });
  await Promise.all(
    fair.teachers.map(({ contact }, n) =>
      Contact.updateOne({ _id: contact._id }, { $set: { record: { id: `teacher-${String(n)}`, hash: '' } } }),
    ),
  );
  const admin = await makeUser(account, 'administrator', { email: 'admin@example.org' });
  await makePerson(account, 'staff', 'Ada', 'Office', { email: 'admin@example.org', record: 'staff-ada' });
  const parents = await makeFamilies(app, fair);
  await makeRoster(account, fair);
  const school = { fair, account, admin, parents, staff: await makeStaff(account) };
  const blocked = await makeUser(account, 'customer', { email: 'blocked@example.org' });
  await User.updateOne({ _id: blocked._id }, { $set: { blocks: [{ account, at: EVE, by: admin._id }] } });
  await Class.create({
    account,
    event: fair.event._id,
    status: 'active',
    synced: {
      name: 'Chess club',
      hash: '',
      teachers: [fair.teachers[0]!.contact._id],
      students: [fair.students[0]!._id],
    },
  });
  return { ...school, blocked };
}

export async function makePerson(
  account: Types.ObjectId,
  type: ContactType,
  firstName: string,
  lastName: string,
  { email = '', record, ...more }: { record?: string } & Partial<Omit<Contact, 'record'>> = {},
): Promise<Contact> {
  const person = await Contact.create({
    account,
    type,
    source: 'file',
    status: 'active',
    firstName,
    lastName,
    email,
    ...(record ? { record: { id: record, hash: '' } } : {}),
    ...more,
    ...contactKeys({ firstName, lastName, email, schoolId: more.schoolId ?? '' }),
  });
  return person.toObject();
}

async function makeFamilies(app: TestApp, fair: Conference): Promise<User[]> {
  const account = fair.account._id;
  const parents: User[] = [];
  for (const [n, student] of fair.students.entries()) {
    const email = `parent-${String(n)}@example.org`;
    const adult = await makeUser(account, 'customer', { email });
    parents.push(adult);
    await makePerson(account, 'guardian', 'Pat', `Lopez${String(n)}`, {
      email,
      record: `guardian-${String(n)}`,
      relations: [{ student: `student-${String(n)}`, relationship: 'Parent', type: '' }],
    });
    const household = await Household.create({
      account,
      adults: [adult._id],
      children: [{ student: student._id, adult: adult._id, by: 'school', at: EVE }],
      createdAt: EVE,
    });
    const slot = fair.teachers[n % 2]!.slots[n]!;
    const held = await bookSlot(app.deps, wishOf(fair, household.toObject(), slot));
    if (!held.ok) throw new Error(held.reason);
  }
  const taken = {
    adult: parents[1]!._id,
    by: 'school' as const,
    since: EVE,
    removedBy: parents[0]!._id,
    at: EVE,
  };
  await Household.updateOne(
    { adults: parents[1]!._id },
    { $set: { removed: [{ student: fair.students[0]!._id, ...taken }] } },
  );
  await Notification.create({
    account,
    kind: 'another adult',
    to: parents[0]!.email,
    subject: 'Another adult',
    text: 'Hello',
    state: 'queued',
    nextAt: EVE,
    key: 'waits',
    createdAt: EVE,
  });
  return parents;
}

async function makeStaff(account: Types.ObjectId): Promise<FullSchool['staff']> {
  const levels = [
    'appointment viewer',
    'appointment maker',
    'resource administrator',
    'event administrator',
  ] as const;
  const made = [];
  for (const level of levels) {
    const type = level === 'appointment viewer' || level === 'appointment maker' ? 'staff' : 'teacher';
    const word = level.replace(' ', '-');
    const contact = await makePerson(account, type, 'Sam', word, {
      email: `${word}@example.org`,
      record: word,
    });
    const user = await makeUser(account, level, { email: contact.email });
    const grants: Grant[] = [{ account, level, contact: contact._id }];
    await User.updateOne({ _id: user._id }, { $set: { grants } });
    made.push([level, { user, contact }] as const);
  }
  const offered = await User.create({ email: 'offered@example.org', name: 'O', grants: [], createdAt: EVE });
  await OneTimeLink.create({
    _id: 'offered',
    kind: 'offer',
    user: offered._id,
    offer: { account, name: 'O', grants: [{ level: 'appointment viewer' }] },
    expiresAt: new Date('2027-01-01T00:00:00Z'),
  });
  return Object.fromEntries(made) as FullSchool['staff'];
}

async function makeRoster(account: Types.ObjectId, fair: Conference): Promise<void> {
  const school = new Types.ObjectId();
  await Term.create({ account, record: { id: 'term', hash: '' }, name: 'Fall', status: 'active' });
  await Course.create({ account, record: { id: 'course', hash: '' }, name: 'Math', status: 'active' });
  const section = await Section.create({
    account,
    record: { id: 'section', hash: '' },
    school,
    name: 'Math 1',
    studentIds: ['student-0', 'student-1'],
    teacherIds: ['teacher-0'],
    status: 'active',
  });
  const run = await RosterRun.create({ account, state: 'done', changed: true, createdAt: EVE });
  const change = { account, run: run._id, expiresAt: new Date('2027-01-01T00:00:00Z') };
  const [one, two] = [fair.students[0]!._id, fair.students[1]!._id];
  await RosterChange.create({
    ...change,
    kind: 'student',
    action: 'removed',
    target: one,
    state: 'withheld',
  });
  await RosterChange.create({
    ...change,
    kind: 'section',
    action: 'changed',
    target: section._id,
    state: 'applied',
  });
  await Duplicate.create({
    account,
    contact: one,
    candidate: two,
    pair: `${one.toHexString()}:${two.toHexString()}`,
    type: 'student',
    reason: { code: 'name' },
    state: 'open',
    createdAt: EVE,
  });
}

/** Such a school with one more building, in a fresh app that its administrator looks at, as a snapshot to return to. */
export async function openFullSchool(): Promise<{
  test: TestApp;
  school: FullSchool;
  visitor: Visitor;
  base: Snapshot;
}> {
  await emptyDatabase();
  const test = createTestApp();
  const school = await makeFullSchool(test);
  await School.create({ account: school.account, name: 'Lincoln High', sortKey: 'lincoln high' });
  const visitor = await new Visitor(test.app).logIn(school.admin);
  return { test, school, visitor, base: await takeSnapshot() };
}
