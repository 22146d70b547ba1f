import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { findLinkedChildren } from '../../server/parents/find-linked-children.js';
import type { Family } from '../../server/parents/load-conference.js';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Contact } from '../../server/models/contact.js';
import { Resource } from '../../server/models/resource.js';
import { School } from '../../server/models/school.js';
import { makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makePerson, openFullSchool, type FullSchool } from '../support/contacts/full-school.js';
import { restoreSnapshot, type Snapshot } from '../support/snapshot.js';

const HOME = '/global-setup/contacts';

describe('Contacts edited by hand', function () {
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
  /** Posts a form as its page shows it, with some fields changed. */
  async function fillIn(path: string, change: Record<string, string>) {
    const { text } = await visitor.get(path);
    const fields: Record<string, string> = {};
    for (const [, tag = ''] of text.matchAll(/<input ([^>]*)>/g)) {
      const name = /name="([^"]*)"/.exec(tag)?.[1] ?? '';
      const isBox = /type="(checkbox|radio)"/.test(tag);
      if (name && (!isBox || tag.includes(' checked')))
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
      'Contact added by hand',
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
    assert.equal((await visitor.post(`${HOME}/new`, { type: 'admin', lastName: 'A' })).status, 422);
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
      'With the Student ID and the birth date.',
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
      const found = (await visitor.get(`${pageOf(guardian)}/links?q=lopez`)).text;
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
