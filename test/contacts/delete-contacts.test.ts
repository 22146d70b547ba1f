import assert from 'node:assert/strict';
import mongoose, { Types } from 'mongoose';
import { endAppointment } from '../../server/booking/end-appointment.js';
import { makeFeed } from '../../server/calendar/make-feed.js';
import { deleteContacts } from '../../server/contacts/deletion/delete-contacts.js';
import { resumeDeletions } from '../../server/contacts/deletion/resume-deletions.js';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Contact } from '../../server/models/contact.js';
import { ContactDeletion, type LevelNumbers } from '../../server/models/contact-deletion.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { DrawEntry } from '../../server/models/draw-entry.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { HouseholdChange } from '../../server/models/household-change.js';
import { MailingRecipient } from '../../server/models/mailing.js';
import { Notification } from '../../server/models/notification.js';
import { Resource } from '../../server/models/resource.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { User } from '../../server/models/user.js';
import { WaitlistEntry, wishOf } from '../../server/models/waitlist-entry.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeFullSchool, makePerson, type FullSchool } from '../support/contacts/full-school.js';
import { emptyDatabase } from '../support/hooks.js';
import { live } from '../support/roster/crash.js';
import { asApp } from '../support/scans.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';

const HOME = '/global-setup/contacts/deletions';
const LEVELS = [
  'appointment viewer',
  'appointment maker',
  'resource administrator',
  'event administrator',
  'administrator',
] as const;

describe('Global Setup → Contacts → Advanced Options → Delete All Contacts', function () {
  let test: TestApp;
  let school: FullSchool;
  let visitor: Visitor;
  let base: Snapshot;
  let other: Types.ObjectId;

  before(async () => {
    await emptyDatabase();
    test = createTestApp({ SMTP_URL: 'smtp://127.0.0.1:9' });
    school = await makeFullSchool(test);
    other = (await makeAccount('Oak School'))._id;
    await makePerson(other, 'student', 'Ole', 'Oak');
    await makeUser(other, 'customer', { email: 'oak@example.org' });
    visitor = await new Visitor(test.app).logIn(school.admin);
    base = await takeSnapshot();
  });
  beforeEach(() => restoreSnapshot(base));

  const ask = (fields: Record<string, string> = {}) =>
    visitor.post(HOME, {
      level: 'event administrator',
      appointments: 'on',
      typed: 'Maple School',
      ...fields,
    });
  const work = (id: string): Promise<void> =>
    asApp(() => deleteContacts(test.deps, id, new AbortController().signal, endAppointment(test.deps)));
  /** Asks for it and does it, as a worker would. */
  async function remove(fields: Record<string, string> = {}): Promise<ContactDeletion> {
    const answer = await ask(fields);
    assert.equal(answer.status, 303, answer.text);
    const id = answer.headers.location!.split('/').at(-1)!;
    await work(id);
    return ContactDeletion.findById(id).orFail().lean();
  }
  async function numbers(account: Types.ObjectId): Promise<LevelNumbers> {
    const of = async (type: Contact['type']) => Contact.countDocuments({ account, type });
    const logins = await User.find({ 'grants.account': account }).lean();
    const isStaff = ({ grants }: User) =>
      grants.some((grant) => grant.account.equals(account) && grant.level !== 'customer');
    const offers = await mongoose.connection.db!.collection('oneTimeLink').countDocuments({ kind: 'offer' });
    return {
      student: await of('student'),
      guardian: await of('guardian'),
      teacher: await of('teacher'),
      staff: await of('staff'),
      parentLogin: logins.filter((login) => !isStaff(login)).length,
      staffLogin: logins.filter(isStaff).length + offers,
    };
  }
  /** Every stored document, but for records of what was done, that holds one of these ids or numbers. */
  async function findTies(ids: readonly string[]): Promise<string[]> {
    const faults: string[] = [];
    for (const [name, model] of Object.entries(mongoose.models)) {
      if (['auditEntry', 'notification', 'contactDeletion', 'session', 'rosterRun'].includes(name)) continue;
      for (const document of await model.find().lean<{ _id: unknown }[]>()) {
        const text = JSON.stringify(document);
        for (const id of ids) if (text.includes(id)) faults.push(`${name} ${String(document._id)} has ${id}`);
      }
    }
    return faults;
  }

  /** All families wish in a preference round, for the same children. */
  async function wishForAll(): Promise<void> {
    const event = await Event.findOne({ account: school.account }).orFail().lean();
    const students = (await Contact.find({ account: school.account, type: 'student' }).lean()).map(
      ({ _id }) => _id,
    );
    for (const { _id: household, adults } of await Household.find({ account: school.account }).lean())
      await DrawEntry.create({
        ...{ account: school.account, event: event._id, draw: event._id, household, user: adults[0] },
        wishes: [{ students, resource: event._id, slots: [], any: true }],
        ...{ code: 'CODE', salt: 'SALT', changedAt: event.createdAt },
      });
  }

  /** Every family invites somebody and waits for a teacher, and mails to families and to a teacher are being sent. */
  async function tieFamilies(): Promise<void> {
    const { account } = school;
    const { _id: event, createdAt } = await Event.findOne({ account }).orFail().lean();
    const resource = await Resource.findOne({ event }).orFail().lean();
    const student = await Contact.findOne({ account, type: 'student' }).orFail().lean();
    for (const { _id: household, adults } of await Household.find({ account }).lean()) {
      const [by] = adults;
      await HouseholdChange.create({
        ...{ account, kind: 'join', state: 'open', household, email: 'other@x.org', by },
        ...{ createdAt, expiresAt: new Date(test.deps.now().getTime() + 1e6) },
      });
      await WaitlistEntry.create({
        ...{ account, event, resource: resource._id, household, user: by, students: [student._id] },
        ...{ wish: wishOf(resource._id, [student._id]), state: 'waiting', open: true, joinedAt: createdAt },
      });
    }
    const mailing = new Types.ObjectId();
    const to = (email: string, students: Types.ObjectId[], state = 'todo') => ({
      ...{ account, event, mailing, round: 1, email, names: [email], students, state },
    });
    await MailingRecipient.insertMany([
      to('parent@x.org', [student._id]),
      to('sent@x.org', [], 'queued'),
      to('teacher@x.org', []),
    ]);
  }

  it('leads there under the promised names', async () => {
    const list = await visitor.get('/global-setup/contacts');
    assert.match(list.text, /href="\/global-setup\/contacts\/advanced"[^>]*>Advanced Options</);
    const advanced = await visitor.get('/global-setup/contacts/advanced');
    assert.match(advanced.text, /href="\/global-setup\/contacts\/deletions"[^>]*>Delete All Contacts</);
    const page = (await visitor.get(HOME)).text;
    assert.match(page, /<legend>Level to delete<\/legend>/);
    assert.match(page, /Admin Level - Event Administrator/);
    assert.match(
      page,
      /3 students, 3 guardians, 3 teachers, 2 staff members, 4 parents’ logins, and 4 staff accounts/,
    );
    assert.match(page, /3 appointments in 1 event still need these people/);
    assert.match(page, /took 1 child off/);
  });

  for (const level of LEVELS)
    it(`removes exactly what it says below ${level}`, async () => {
      const before = await numbers(school.account);
      const deletion = await remove({ level });
      const after = await numbers(school.account);
      assert.equal(deletion.state, 'done');
      const removed = Object.fromEntries(
        Object.entries(before).map(([kind, count]) => [kind, count - after[kind as keyof LevelNumbers]]),
      );
      assert.deepEqual(deletion.planned, removed);
      const page = await visitor.get(`${HOME}/${deletion._id.toHexString()}`);
      assert.match(page.text, /Deleted: 3 students, 3 guardians/);
    });

  it('leaves nothing that names a person who is gone, and lets the next import begin as the first one did', async () => {
    const gone = (await Contact.find({ account: school.account }).lean()).map(({ _id }) => String(_id));
    const lost = school.parents.map(({ _id }) => String(_id));
    for (const { _id } of school.parents) await makeFeed(_id, test.deps.now());
    await wishForAll();
    await tieFamilies();
    await remove({ level: 'administrator' });
    const left = await Promise.all([
      HouseholdChange.countDocuments(),
      WaitlistEntry.countDocuments(),
      MailingRecipient.distinct('email'),
    ]);
    assert.deepEqual(left, [0, 0, ['sent@x.org', 'teacher@x.org']]);
    const kept = (await Contact.find({ account: school.account }).lean()).map(({ _id }) => String(_id));
    assert.equal(kept.length, 1, 'the administrator’s own contact');
    const ids = [...gone.filter((id) => !kept.includes(id)), ...lost];
    assert.deepEqual(await findTies([...ids, 'student-0', 'teacher-0', 'guardian-0', 'staff-ada']), []);
    const account = await Account.findById(school.account).orFail().lean();
    assert.equal(account.recordsOf, undefined);
    assert.equal(await RosterRun.countDocuments({ account: account._id, changed: true }), 0);
    assert.equal(await Event.countDocuments({ account: account._id }), 1, 'events stay');
    const { detail } = await AuditEntry.findOne({ action: 'delete all contacts' }).orFail().lean();
    assert.deepEqual([detail.level, detail.student], ['administrator', 3]);
  });

  it('never takes an administrator, one’s own login, a blocked login, or anybody of another account', async () => {
    await remove({ level: 'administrator' });
    assert.ok(await User.exists({ _id: school.admin._id, 'grants.level': 'administrator' }));
    const blocked = await User.findById(school.blocked._id).orFail().lean();
    assert.deepEqual([blocked.blocks?.length, blocked.grants.length], [1, 0]);
    assert.equal(await Contact.countDocuments({ account: other }), 1);
    assert.ok(await User.exists({ email: 'oak@example.org', 'grants.account': other }));
    assert.equal((await visitor.get('/global-setup')).status, 200);
  });

  it('takes a login of two schools out of this one alone', async () => {
    const parent = school.parents[0]!;
    await User.updateOne({ _id: parent._id }, { $push: { grants: { account: other, level: 'customer' } } });
    await remove();
    const { grants } = await User.findById(parent._id).orFail().lean();
    assert.deepEqual(
      grants.map(({ account }) => String(account)),
      [String(other)],
    );
  });

  it('cancels what lies ahead with a notice, and drops other mails that wait for who is gone', async () => {
    await remove();
    const mails = await Notification.find({ state: 'queued', account: school.account }).lean();
    assert.deepEqual(
      mails.map(({ kind, to }) => `${kind} ${to}`).sort(),
      school.parents.map(({ email }) => `appointment cancelled ${email}`),
    );
  });

  describe('is refused, and nothing changes,', () => {
    async function refused(answer: { status: number; text: string }, says: RegExp): Promise<void> {
      assert.equal(answer.status, 422);
      assert.match(answer.text, says);
      assert.equal(await ContactDeletion.countDocuments(), 0);
      assert.equal(await Contact.countDocuments({ account: school.account, type: 'student' }), 3);
    }

    it('without a level, or without the account’s name', async () => {
      await refused(await ask({ level: '' }), /Select the level to delete/);
      await refused(await ask({ level: 'customer' }), /Select the level to delete/);
      for (const typed of ['', 'Maple', 'Oak School'])
        await refused(await ask({ typed }), /Type Maple School to confirm/);
    });

    it('while appointments of an event hold these people, unless told otherwise', async () => {
      await refused(await ask({ appointments: '' }), /Delete the events first/);
      await Appointment.updateMany({}, { $set: { state: 'cancelled' } });
      assert.equal((await ask({ appointments: '' })).status, 303);
    });

    it('where the numbers are others than the page showed', async () => {
      const shown = /name="shown" value="([^"]+)"/.exec((await visitor.get(HOME)).text)![1]!;
      await makePerson(school.account, 'guardian', 'New', 'Comer');
      await refused(await ask({ shown }), /The numbers changed/);
    });

    it('while a sync or a merge is at work', async () => {
      const run = { account: school.account, state: 'running' as const, createdAt: new Date() };
      await RosterRun.create(run);
      await refused(await ask(), /A sync is running/);
      await RosterRun.deleteMany({ state: 'running' });
      await SyncRun.create({ ...run, event: school.fair.event._id, trigger: 'sync now' });
      await refused(await ask(), /A sync is running/);
      await SyncRun.deleteMany({ state: 'running' });
      const at = test.deps.now();
      const pair = await Duplicate.findOne().orFail().lean();
      await Duplicate.updateOne(
        { _id: pair._id },
        { $set: { unfinished: true, merge: { keep: pair.contact, drop: pair.candidate, at } } },
      );
      await refused(await ask(), /being merged right now/);
    });

    it('while another one is at work', async () => {
      assert.equal((await ask()).status, 303);
      const again = await ask();
      assert.equal(again.status, 422);
      assert.match(again.text, /Somebody is deleting contacts right now/);
      assert.equal(await ContactDeletion.countDocuments(), 1);
    });
  });

  it('does not begin where somebody booked after it was asked for', async () => {
    await Appointment.updateMany({}, { $set: { state: 'cancelled' } });
    const { headers } = await ask({ appointments: '' });
    await Appointment.updateOne({}, { $set: { state: 'booked' } });
    await work(headers.location!.split('/').at(-1)!);
    assert.equal(await Contact.countDocuments({ account: school.account, type: 'student' }), 3);
    assert.match(
      (await visitor.get(headers.location!)).text,
      /Somebody booked an appointment a moment before/,
    );
  });

  it('ends the same wherever its worker is killed, and tells no family twice', async () => {
    const { headers } = await ask();
    const id = headers.location!.split('/').at(-1)!;
    const begun = await takeSnapshot();
    const { writes } = await live(() => work(id));
    const whole = await stateNow();
    // Each kind of write, and the same again in the middle.
    const points = writes.flatMap((write, n) => (writes.indexOf(write) === n || n % 7 === 0 ? [n + 1] : []));
    let reached = 0;
    for (const dieAt of points) {
      await restoreSnapshot(begun);
      const { killed } = await live(() => work(id), { dieAt, half: true });
      // How often it tells of its progress depends on how long it takes: the last writes may not be there again.
      if (!killed) continue;
      reached += 1;
      await ContactDeletion.updateOne({ _id: id }, { $set: { heartbeatAt: new Date(0) } });
      const asked = test.asked.length;
      await resumeDeletions(test.deps);
      assert.ok(test.asked.slice(asked).some(({ name, key }) => name === 'delete-contacts' && key === id));
      await work(id);
      assert.equal(await stateNow(), whole, `killed at ${String(writes[dieAt - 1])}`);
    }
    assert.ok(reached > points.length / 2);
  });

  /** All that is stored, without times and tries. */
  async function stateNow(): Promise<string> {
    const all: unknown[] = [];
    for (const [name, model] of Object.entries(mongoose.models)) {
      if (['session', 'rateLimit', 'contactDeletion'].includes(name)) continue;
      const documents = await model.find().sort({ _id: 1 }).lean<Record<string, unknown>[]>();
      // What was canceled is told of once; by whom it was told first does not matter.
      const told = documents.map((document) =>
        name === 'notification' || (name === 'auditEntry' && document.action === 'cancel appointment')
          ? [document.key, document.action, document.targets]
          : document,
      );
      all.push(name, told.map((one) => JSON.stringify(one)).sort());
    }
    return JSON.stringify(all, null, 1);
  }

  it('shows its progress as it goes, and is another account’s page to nobody', async () => {
    const { headers } = await ask();
    const page = headers.location!;
    const waiting = await visitor.get(page);
    assert.match(waiting.text, new RegExp(`data-progress-url="${page}/progress"`));
    await work(page.split('/').at(-1)!);
    const { text } = await visitor.get(`${page}/progress`);
    assert.match(
      text,
      /event: done\ndata: \{"stages":\[\{"key":"appointments","label":"Appointments","done":3/,
    );
    const stranger = await new Visitor(test.app).logIn(await makeUser(other, 'administrator'));
    for (const path of [page, `${page}/progress`]) assert.equal((await stranger.get(path)).status, 404);
    assert.equal((await stranger.get(HOME)).text.includes('Fall Conferences'), false);
  });
});
