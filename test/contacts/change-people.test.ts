import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { addChild } from '../../server/parents/add-child.js';
import type { Family } from '../../server/parents/load-conference.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Diary } from '../../server/models/diary.js';
import { DrawEntry } from '../../server/models/draw-entry.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { makeFeed } from '../../server/calendar/make-feed.js';
import { CalendarFeed } from '../../server/models/calendar-feed.js';
import { User } from '../../server/models/user.js';
import type { Visitor, TestApp } from '../support/app.js';
import { makePerson, openFullSchool, type FullSchool } from '../support/contacts/full-school.js';
import { restoreSnapshot, type Snapshot } from '../support/snapshot.js';

const HOME = '/global-setup/contacts';

describe('Contacts in bulk, and one who left', () => {
  let test: TestApp;
  let school: FullSchool;
  let visitor: Visitor;
  let base: Snapshot;

  before(async () => {
    ({ test, school, visitor, base } = await openFullSchool());
  });
  beforeEach(() => restoreSnapshot(base));

  const pageOf = ({ _id }: { _id: Types.ObjectId }) => `${HOME}/${_id.toHexString()}`;
  const read = ({ _id }: { _id: Types.ObjectId }) => Contact.findById(_id).orFail().lean();
  const unescape = (text: string) =>
    text
      .replace(/&#34;|&quot;/g, '"')
      .replace(/&#39;/g, "'")
      .replace(/&amp;/g, '&')
      .replace(/&lt;/g, '<');

  it('modifies the access level in bulk: changes, invites, and says whom it cannot', async () => {
    const teachers = await Contact.find({
      account: school.account,
      type: { $in: ['teacher', 'staff'] },
    }).lean();
    const ids = teachers.map(({ _id }) => _id.toHexString());
    await makePerson(school.account, 'teacher', 'Nora', 'New', { email: 'nora@example.org' });
    const fields = { all: 'on', type: 'teacher', level: 'appointment maker' };
    const asked = (await visitor.post(`${HOME}/levels`, fields)).text;
    assert.match(asked, /2 staff accounts get Front desk/);
    assert.match(asked, /1 person is invited/);
    assert.match(asked, /2 people have no email address/);
    assert.equal(await User.countDocuments({ email: 'nora@example.org' }), 0);
    await visitor.post(`${HOME}/levels`, { ...fields, sure: 'on' });
    const nora = await User.findOne({ email: 'nora@example.org' }).orFail().lean();
    assert.equal(nora.grants[0]?.level, 'appointment maker');
    const { user } = school.staff['event administrator'];
    assert.equal((await User.findById(user._id).orFail().lean()).grants[0]?.level, 'appointment maker');
    const kept = (await visitor.post(`${HOME}/levels`, { ids, level: 'none' })).text;
    assert.match(kept, /1 administrator is left alone/);
    assert.equal(
      (await visitor.post(`${HOME}/levels`, { ids, level: 'administrator', sure: 'on' })).status,
      422,
    );
    assert.ok(!(await User.exists({ 'grants.level': 'administrator', email: nora.email })));
  });

  describe('one-time codes', () => {
    const familyOf = (user: User, household: unknown) =>
      ({
        account: school.fair.account,
        event: school.fair.event,
        household,
        actor: { user: user._id, email: user.email, emailProven: true, account: school.account },
      }) as unknown as Family;

    it('are printed once, kept as hashes, and add the child to one family', async () => {
      const student = school.fair.students[2]!;
      const ids = [student._id.toHexString(), school.fair.teachers[0]!.contact._id.toHexString()];
      assert.match((await visitor.post(`${HOME}/codes`, { ids })).text, /Print 1 one-time code\?/);
      const { text } = await visitor.post(`${HOME}/codes`, { ids, sure: 'on' });
      const code = /slip-code">([A-Z2-9]{4}-[A-Z2-9]{4})</.exec(text)![1]!;
      assert.ok(!JSON.stringify(await read(student)).includes(code.slice(0, 4)));
      const [one, two] = [school.parents[0]!, school.parents[1]!];
      const households = [
        await Household.findOne({ adults: one._id }).orFail().lean(),
        await Household.findOne({ adults: two._id }).orFail().lean(),
      ];
      const proof = { number: student.schoolId, birthDate: '', code: code.toLowerCase().replace('-', ' ') };
      const wrong = await addChild(test.deps, familyOf(one, households[0]), { ...proof, code: 'AAAA-AAAA' });
      assert.equal(wrong.ok, false);
      const added = await addChild(test.deps, familyOf(one, households[0]), proof);
      assert.equal(added.ok, true);
      assert.equal((await addChild(test.deps, familyOf(two, households[1]), proof)).ok, false);
      assert.equal((await read(student)).code, undefined);
      assert.ok(await AuditEntry.exists({ action: 'print codes', targets: student._id }));
    });
  });

  describe('one transferred person', () => {
    it('is restored, and stays though the source lacks them', async () => {
      const student = school.fair.students[0]!;
      await Contact.updateOne(
        { _id: student._id },
        { $set: { status: 'transferred', transferredAt: new Date() } },
      );
      assert.match((await visitor.get(pageOf(student))).text, /restoration/);
      await visitor.post(`${pageOf(student)}/restoration`);
      const { status, transferredAt, record } = await read(student);
      assert.deepEqual([status, transferredAt, record?.kept instanceof Date], ['active', undefined, true]);
    });

    it('is not restored while an active colleague has the same email address', async () => {
      const [one, other] = await Contact.find({ type: 'teacher' }).limit(2).lean();
      await Contact.updateOne({ _id: other!._id }, { email: 'lee@example.org' });
      await Contact.updateOne({ _id: one!._id }, { email: 'lee@example.org', status: 'transferred' });
      await visitor.post(`${pageOf(one!)}/restoration`);
      assert.match((await visitor.get(pageOf(one!))).text, /has the same email address now/);
      assert.equal((await read(one!)).status, 'transferred');
    });

    it('is deleted with all that hangs on them, which is counted first', async () => {
      const student = school.fair.students[0]!;
      await Contact.updateOne({ _id: student._id }, { $set: { status: 'transferred' } });
      const { text } = await visitor.get(`${pageOf(student)}/deletion`);
      for (const words of [
        /1 appointment is deleted\. 1 of them is upcoming/,
        /3 classes lose/,
        /2 adults lose/,
      ])
        assert.match(text, words);
      const shown = unescape(/name="shown" value="([^"]+)"/.exec(text)![1]!);
      const stale = await visitor.post(`${pageOf(student)}/deletion`, { shown: 'x' });
      assert.equal(stale.status, 422);
      const { account, event, students } = school.fair;
      const wish = { resource: event._id, slots: [], any: true };
      await DrawEntry.create({
        ...{ account: account._id, event: event._id, draw: event._id, household: event._id, user: event._id },
        // A wish about several children stays for the others.
        wishes: students.slice(0, 2).map((_, n) => ({
          ...wish,
          students: students.slice(0, n + 1).map(({ _id }) => _id),
        })),
        ...{ code: 'CODE', salt: 'SALT', changedAt: test.deps.now() },
      });
      assert.equal((await visitor.post(`${pageOf(student)}/deletion`, { shown })).status, 303);
      const left = await DrawEntry.findOne().orFail().lean();
      assert.deepEqual(
        left.wishes.map((one) => one.students),
        [[students[1]!._id]],
      );
      const id = student._id.toHexString();
      for (const model of [Contact, Household, Class, Diary, Appointment])
        assert.ok(
          !JSON.stringify(await (model as typeof Contact).find().lean()).includes(id),
          model.modelName,
        );
      assert.equal(await Appointment.countDocuments(), 2);
    });

    it('is a teacher: slots and access go too', async () => {
      const { contact, resource } = school.fair.teachers[1]!;
      await Contact.updateOne({ _id: contact._id }, { $set: { status: 'transferred' } });
      const login = school.staff['resource administrator'].user;
      await User.updateOne({ _id: login._id }, { $set: { 'grants.0.contact': contact._id } });
      const { text } = await visitor.get(`${pageOf(contact)}/deletion`);
      const shown = unescape(/name="shown" value="([^"]+)"/.exec(text)![1]!);
      await makeFeed(login._id, new Date());
      await visitor.post(`${pageOf(contact)}/deletion`, { shown });
      assert.deepEqual(
        [
          await CalendarFeed.countDocuments(),
          await Slot.countDocuments({ resource: resource._id }),
          await Resource.countDocuments({ _id: resource._id }),
          await User.countDocuments({ _id: login._id }),
        ],
        [0, 0, 0, 0],
      );
    });

    it('is not deleted while the roster has them, nor an administrator ever', async () => {
      const student = school.fair.students[0]!;
      assert.equal((await visitor.get(`${pageOf(student)}/deletion`)).status, 409);
      const own = await Contact.findOne({ firstName: 'Ada' }).orFail().lean();
      await Contact.updateOne({ _id: own._id }, { $set: { status: 'transferred' } });
      assert.equal((await visitor.get(`${pageOf(own)}/deletion`)).status, 409);
      assert.equal((await visitor.post(`${pageOf(own)}/deletion`, { shown: '' })).status, 409);
      assert.ok(await Contact.exists({ _id: own._id }));
    });
  });
});
