import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { addChild } from '../../server/booking/add-child.js';
import { findLinkedChildren } from '../../server/booking/find-linked-children.js';
import type { Family } from '../../server/booking/load-conference.js';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Diary } from '../../server/models/diary.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import { School } from '../../server/models/school.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeFullSchool, makePerson, type FullSchool } from '../support/contacts/full-school.js';
import { emptyDatabase } from '../support/hooks.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';

const HOME = '/global-setup/contacts';

describe('Contacts edited by hand', function () {
  this.timeout(60_000);
  let test: TestApp;
  let school: FullSchool;
  let visitor: Visitor;
  let base: Snapshot;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    school = await makeFullSchool(test);
    await School.create({ account: school.account, name: 'Lincoln High', sortKey: 'lincoln high' });
    visitor = await new Visitor(test.app).logIn(school.admin);
    base = await takeSnapshot();
  });
  beforeEach(() => restoreSnapshot(base));

  const pageOf = ({ _id }: { _id: Types.ObjectId }) => `${HOME}/${_id.toHexString()}`;
  const read = ({ _id }: { _id: Types.ObjectId }) => Contact.findById(_id).orFail().lean();
  /** Posts a form as its page shows it, with some fields changed. */
  async function fillIn(path: string, change: Record<string, string>) {
    const { text } = await visitor.get(path);
    const fields: Record<string, string> = {};
    for (const [, tag = ''] of text.matchAll(/<input ([^>]*)>/g)) {
      const name = /name="([^"]*)"/.exec(tag)?.[1] ?? '';
      const isBox = /type="(checkbox|radio)"/.test(tag);
      if (name && (!isBox || / checked/.test(tag)))
        fields[name] = unescape(/value="([^"]*)"/.exec(tag)?.[1] ?? '');
    }
    return visitor.post(path, { ...fields, ...change }, path);
  }
  const unescape = (text: string) =>
    text
      .replace(/&#34;|&quot;/g, '"')
      .replace(/&#39;/g, "'")
      .replace(/&amp;/g, '&')
      .replace(/&lt;/g, '<');
  const chip = async (label: string, query = ''): Promise<number | undefined> => {
    const { text } = await visitor.get(HOME + query);
    const found = new RegExp(`${label} <span class="count">([\\d,]+)<`).exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };

  it('adds a contact by hand, which is found, and told what is missing', async () => {
    assert.match((await visitor.get(`${HOME}/new`)).text, /Select the type of contact first/);
    const path = `${HOME}/new?type=student`;
    const school = await School.findOne().orFail().lean();
    const answer = await fillIn(path, {
      firstName: 'Zoë',
      lastName: 'Nuñez',
      schoolId: '90-001',
      birthDate: '3/9/2015',
      schools: school._id.toHexString(),
    });
    assert.equal(answer.status, 303, answer.text);
    const { text } = await visitor.get(answer.headers.location!);
    for (const words of [
      'Zoë Nuñez',
      'March 9, 2015',
      '90-001',
      'Lincoln High',
      'Entered by hand',
      'Added by hand',
    ])
      assert.ok(text.includes(words), words);
    assert.match((await visitor.get(`${HOME}?q=nunez`)).text, /Zoë Nuñez/);
    const stored = await Contact.findOne({ lastName: 'Nuñez' }).orFail().lean();
    assert.deepEqual(
      [stored.source, stored.birthDate, stored.numberKey, stored.lacks],
      ['hand', '2015-03-09', '90001', 'e'],
    );
  });

  it('refuses what cannot be, each at its field', async () => {
    const of = async (change: Record<string, string>) =>
      (await fillIn(`${HOME}/new?type=student`, change)).text;
    assert.match(await of({ firstName: '' }), /id="f-lastName-error"[\s\S]*Enter a first or a last name/);
    assert.match(await of({ lastName: 'A', birthDate: 'soon' }), /Enter the birth date with four digits/);
    assert.match(await of({ lastName: 'A', email: 'a@' }), /Enter an email address, like name@example.org/);
    assert.match(
      await of({ lastName: 'A', securityValue: 'N/A' }),
      /Enter a security value that parents can type/,
    );
    assert.match(await of({ lastName: 'A', schoolId: '001000' }), /Ana Lopez has this Student ID/);
    assert.match(
      (await fillIn(`${HOME}/new?type=teacher`, { lastName: 'A', email: 'event-administrator@example.org' }))
        .text,
      /Sam event-administrator has this email address/,
    );
    assert.equal(await Contact.countDocuments({ lastName: 'A' }), 0);
    assert.equal((await visitor.post(`${HOME}/new`, { type: 'admin', lastName: 'A' })).status, 200);
  });

  it('marks what the sync owns, says that it overwrites it, and makes that true', async () => {
    const student = school.fair.students[0]!;
    assert.doesNotMatch((await visitor.get(`${pageOf(student)}/edit`)).text, /The next sync overwrites it/);
    const clever = {
      ...{ districtId: 'd', approval: 'approved', enabled: true, schools: [] },
      kinds: { students: true, teachers: true, staff: true, contacts: true },
      cursor: { event: 'e', at: new Date(), fullAt: new Date(), setup: 's', silent: [] },
    };
    await Account.updateOne({ _id: school.account }, { $set: { clever } });
    await Contact.updateOne({ _id: student._id }, { $set: { 'record.hash': 'h' } });
    const { text } = await visitor.get(`${pageOf(student)}/edit`);
    assert.match(text, /From Clever\. The next sync overwrites it\./);
    const own = await fillIn(`${pageOf(student)}/edit`, { securityValue: 'maple', communityId: '77' });
    assert.equal(own.status, 303, own.text);
    let stored = await read(student);
    assert.deepEqual(
      [stored.securityValue, stored.identifiers?.communityId, stored.record?.hash],
      ['maple', '77', 'h'],
    );
    await fillIn(`${pageOf(student)}/edit`, { firstName: 'Anna' });
    stored = await read(student);
    const account = await Account.findById(school.account).orFail().lean();
    assert.deepEqual(
      [stored.firstName, stored.record?.hash, account.clever?.cursor],
      ['Anna', '', undefined],
    );
    assert.match(stored.searchKey, /^anna lopez/);
    const { detail } = await AuditEntry.findOne({ action: 'edit contact' }).sort({ _id: -1 }).orFail().lean();
    assert.deepEqual(detail, { fields: ['firstName'] });
  });

  it('shows the second of two who save what the first has changed', async () => {
    const student = school.fair.students[0]!;
    const path = `${pageOf(student)}/edit`;
    const { text } = await visitor.get(path);
    const seen = unescape(/name="seen" value="([^"]*)"/.exec(text)![1]!);
    await Contact.updateOne({ _id: student._id }, { $set: { phone: '555-1' } });
    const answer = await visitor.post(path, {
      seen,
      firstName: 'Anna',
      lastName: 'Lopez',
      schoolId: '1000',
      birthDate: '2014-03-09',
    });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Somebody else changed this while you had it open/);
    assert.match(answer.text, /value="555-1"/);
    assert.equal((await read(student)).firstName, 'Ana');
  });

  it('a teacher’s new name is the name of their slots', async () => {
    const { contact, resource } = school.fair.teachers[0]!;
    await fillIn(`${pageOf(contact)}/edit`, { lastName: 'Lee-Park' });
    assert.equal((await Resource.findById(resource._id).orFail().lean()).name, 'Lee-Park');
  });

  it('shows one person whole: relations, classes, appointments, mails, history', async () => {
    const student = school.fair.students[0]!;
    const { text } = await visitor.get(pageOf(student));
    for (const words of [
      'Pat Lopez0',
      'Class of Mrs Lee',
      'Chess club',
      'Fall Conferences',
      'Mrs Lee',
      'Booked',
      'The birth date',
    ])
      assert.ok(text.includes(words) || text.includes(words.toLowerCase()), words);
    const guardian = await Contact.findOne({ lastName: 'Lopez0' }).orFail().lean();
    const other = (await visitor.get(pageOf(guardian))).text;
    for (const words of ['Ana Lopez', 'Another adult', 'Fall Conferences'])
      assert.ok(other.includes(words), words);
    const teacher = (await visitor.get(pageOf(school.fair.teachers[0]!.contact))).text;
    for (const words of ['Ana Lopez', 'Chess club']) assert.ok(teacher.includes(words), words);
  });

  describe('ties of child and adult', () => {
    const familyOf = (email: string) =>
      ({
        account: { _id: school.account },
        household: { children: [] },
        actor: { email, emailProven: true },
      }) as unknown as Family;

    it('are made by hand, from either side, and are the parent’s to take over', async () => {
      const guardian = await Contact.findOne({ lastName: 'Lopez0' }).orFail().lean();
      const student = school.fair.students[2]!;
      const found = (await visitor.get(`${pageOf(guardian)}/links?q=mia`)).text;
      assert.match(found, new RegExp(student._id.toHexString()));
      const linked = await visitor.post(`${pageOf(guardian)}/links`, {
        other: student._id.toHexString(),
        relationship: 'Parent',
      });
      assert.equal(linked.status, 303, linked.text);
      assert.match(
        (await visitor.get(pageOf(student))).text,
        /Pat Lopez0[\s\S]*Parent \(linked by your school\)/,
      );
      const children = await findLinkedChildren(familyOf('parent-0@example.org'));
      assert.deepEqual(children.map(({ firstName }) => firstName).sort(), ['Ana', 'Mia']);
      // No field that a sync writes holds it.
      assert.deepEqual(
        (await read(guardian)).relations.map((one) => one.student),
        ['student-0'],
      );
    });

    it('are taken away by hand, also those of the roster, which no sync makes again', async () => {
      const guardian = await Contact.findOne({ lastName: 'Lopez0' }).orFail().lean();
      const student = school.fair.students[0]!;
      assert.match(
        (await visitor.get(`${pageOf(student)}/links/${guardian._id.toHexString()}`)).text,
        /Unlink Pat Lopez0 from Ana Lopez/,
      );
      await visitor.post(`${pageOf(student)}/links/${guardian._id.toHexString()}`);
      const { relations, notTied } = await read(guardian);
      assert.deepEqual([relations, notTied], [[], ['student-0']]);
      assert.deepEqual(await findLinkedChildren(familyOf('parent-0@example.org')), []);
      await visitor.post(`${pageOf(student)}/links`, {
        other: guardian._id.toHexString(),
        relationship: 'Guardian',
      });
      assert.deepEqual((await read(guardian)).notTied, []);
    });

    it('are of one child and one adult of this account alone', async () => {
      const [one, two] = [school.fair.students[0]!, school.fair.students[1]!];
      assert.equal(
        (await visitor.post(`${pageOf(one)}/links`, { other: two._id.toHexString() })).status,
        422,
      );
      const far = await makePerson((await makeAccount('Oak'))._id, 'guardian', 'Far', 'Away');
      assert.equal(
        (await visitor.post(`${pageOf(one)}/links`, { other: far._id.toHexString() })).status,
        422,
      );
      assert.equal((await visitor.post(`${pageOf(one)}/links/${far._id.toHexString()}`)).status, 404);
    });
  });

  it('counts and lists whom something is missing of', async () => {
    await makePerson(school.account, 'student', 'Bare', 'Child');
    assert.deepEqual(
      [await chip('No Student ID'), await chip('No birth date'), await chip('No email', '?type=student')],
      [1, 1, 4],
    );
    const { text } = await visitor.get(`${HOME}?missing=number`);
    assert.match(text, /Bare Child/);
    assert.doesNotMatch(text, /Ana Lopez/);
    assert.equal(await chip('Students', '?missing=birthDate'), 1);
  });

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
      303,
    );
    assert.ok(!(await User.exists({ 'grants.level': 'administrator', email: nora.email })));
  });

  describe('one-time codes', () => {
    const familyOf = (user: User, household: unknown) =>
      ({
        account: { _id: school.account, name: 'Maple School' },
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
      assert.equal((await visitor.post(`${pageOf(student)}/deletion`, { shown })).status, 303);
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
      await visitor.post(`${pageOf(contact)}/deletion`, { shown });
      assert.deepEqual(
        [
          await Slot.countDocuments({ resource: resource._id }),
          await Resource.countDocuments({ _id: resource._id }),
          await User.countDocuments({ _id: login._id }),
        ],
        [0, 0, 0],
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

  it('everything is of this account alone, and of administrators', async () => {
    const student = school.fair.students[0]!;
    const other = await makeAccount('Oak School');
    const stranger = await new Visitor(test.app).logIn(await makeUser(other._id, 'administrator'));
    const paths = ['', '/edit', '/links', '/deletion'].map((path) => pageOf(student) + path);
    for (const path of paths) assert.equal((await stranger.get(path)).status, 404, path);
    const before = JSON.stringify(await read(student));
    for (const path of ['/edit', '/links', '/deletion', '/restoration'])
      assert.equal((await stranger.post(pageOf(student) + path, { lastName: 'X' })).status, 404, path);
    await stranger.post(`${HOME}/codes`, { ids: student._id.toHexString(), sure: 'on' });
    assert.equal(JSON.stringify(await read(student)), before);
    const lower = await new Visitor(test.app).logIn(school.staff['event administrator'].user);
    for (const path of [...paths, `${HOME}/new`, `${HOME}/advanced`, `${HOME}/deletions`])
      assert.equal((await lower.get(path)).status, 403, path);
  });
});
