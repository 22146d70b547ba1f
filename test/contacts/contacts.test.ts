import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account as AccountModel, type Account } from '../../server/models/account.js';
import { NO_MAPPING } from '../../server/models/field-mapping.js';
import { Contact, type ContactType } from '../../server/models/contact.js';
import { contactKeys } from '../../server/models/person-keys.js';
import { School } from '../../server/models/school.js';
import { Section } from '../../server/models/section.js';
import { Unsubscription } from '../../server/models/unsubscription.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

const HOME = '/global-setup/contacts';

describe('Global Setup → Contacts', () => {
  let test: TestApp;
  let account: Account;
  let visitor: Visitor;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    account = await makeAccount();
    visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
  });

  const add = async (
    type: ContactType,
    firstName: string,
    lastName: string,
    more: Partial<Contact> = {},
  ): Promise<Contact> =>
    (
      await Contact.create({
        account: account._id,
        type,
        source: 'clever',
        status: 'active',
        firstName,
        lastName,
        ...more,
        ...contactKeys({ firstName, lastName, email: more.email ?? '', schoolId: more.schoolId ?? '' }),
      })
    ).toObject();
  const names = async (query = ''): Promise<string[]> => {
    const { text } = await visitor.get(HOME + query);
    return [...text.matchAll(/<th scope="row"><a [^>]*>([^<]*)<\/a>/g)].map(([, name = '']) => name);
  };
  const chip = async (label: string, query = ''): Promise<number> => {
    const { text } = await visitor.get(HOME + query);
    return Number(new RegExp(`${label} <span class="count">([\\d,]+)<`).exec(text)?.[1]?.replace(',', ''));
  };

  it('lists everybody by last name, fifty a page, in both directions', async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => add('student', 'Ana', `L${String(n).padStart(2, '0')}`)),
    );
    const first = await names();
    assert.equal(first.length, 50);
    assert.equal(first[0], 'Ana L00');
    assert.deepEqual(
      await names('?page=2'),
      Array.from({ length: 10 }, (_, n) => `Ana L${String(n + 50)}`),
    );
    assert.deepEqual(await names('?page=99'), await names('?page=2'));
    assert.equal((await names('?sort=-name'))[0], 'Ana L59');
    assert.match((await visitor.get(HOME)).text, /<strong>1–50<\/strong> of 60 people/);
  });

  it('finds by the beginnings of any words of the name, accents and case aside', async () => {
    await add('student', 'María', 'de la Cruz López');
    await add('student', 'Lope', 'Mara');
    await add('teacher', 'Olena', 'Кузнєцова');
    assert.deepEqual(await names('?q=lopez'), ['María de la Cruz López']);
    assert.deepEqual(await names('?q=CRUZ+maria'), ['María de la Cruz López']);
    assert.deepEqual(await names('?q=lop+mar'), ['María de la Cruz López', 'Lope Mara']);
    assert.deepEqual(await names('?q=ruz'), []);
    assert.deepEqual(await names('?q=куз'), ['Olena Кузнєцова']);
  });

  it('finds the owner of an e-mail address or school id, whole or by its beginning', async () => {
    await add('guardian', 'Rosa', 'Lima', { email: 'rosa@example.org' });
    await add('student', 'Leo', 'Lima', { schoolId: '200123' });
    assert.deepEqual(await names('?q=Rosa%40Example.org'), ['Rosa Lima']);
    assert.deepEqual(await names('?q=200123'), ['Leo Lima']);
    assert.deepEqual(await names('?q=2001+leo'), ['Leo Lima']);
    assert.deepEqual(await names('?q=example.org'), []);
  });

  it('says on a person’s page that their address is unsubscribed, and what arrives all the same', async () => {
    const { _id } = await add('guardian', 'Rosa', 'Lima', { email: 'Rosa@Example.org' });
    const page = async () => (await visitor.get(`${HOME}/${_id.toHexString()}`)).text;
    const other = await makeAccount('Another School');
    await Unsubscription.create({ account: other._id, email: 'rosa@example.org', at: new Date() });
    assert.doesNotMatch(await page(), /Unsubscribed/);
    await Unsubscription.create({ account: account._id, email: 'rosa@example.org', at: new Date() });
    assert.match(
      await page(),
      /Unsubscribed from reminders and group emails\.<\/strong> They still get emails when one of their appointments changes or is canceled/,
    );
  });

  describe('by the identifiers that the school has mapped', () => {
    beforeEach(async () => {
      const mapping = { ...NO_MAPPING, student: { communityId: 'sis_id', barcode: 'state_id' } };
      const identifierNames = { communityId: 'Lunch number', barcode: 'Badge' };
      await AccountModel.updateOne({ _id: account._id }, { $set: { mapping, identifierNames } });
      await add('student', 'Leo', 'Lima', { identifiers: { communityId: '77120', barcode: 'B-9 04' } });
      await add('student', 'Mia', 'Lima', { identifiers: { communityId: '77999', barcode: '5' } });
      await add('teacher', 'Ann', 'Stone', { schoolId: '7712', status: 'transferred' });
    });

    it('finds a person, whole or by the beginning, with a name or alone, however written', async () => {
      assert.deepEqual(await names('?q=77120'), ['Leo Lima']);
      assert.deepEqual(await names('?q=771'), ['Leo Lima', 'Ann Stone']);
      assert.deepEqual(await names('?q=77'), ['Ann Stone'], 'too many begin like it');
      assert.deepEqual(await names('?q=lima+779'), ['Mia Lima']);
      assert.deepEqual(await names('?q=leo+771'), ['Leo Lima']);
      assert.deepEqual(await names('?q=leo+771+779'), []);
      assert.deepEqual(await names('?q=leo+77999'), []);
      assert.deepEqual(await names('?q=b-9'), ['Leo Lima']);
      assert.deepEqual(await names('?q=B-9+04'), ['Leo Lima']);
      assert.deepEqual(await names('?q=5'), ['Mia Lima'], 'a short one, whole');
      assert.deepEqual(await names('?q=7120'), []);
      assert.deepEqual(await names('?q=7712.'), []);
      assert.deepEqual(await names('?q=77120+lima&type=student'), ['Leo Lima']);
    });

    it('counts them, each once', async () => {
      assert.equal(await chip('Students', '?q=771'), 1);
      assert.equal(await chip('Transferred', '?q=771'), 1);
      await add('student', 'Kai', '7712', { identifiers: { communityId: '7713', barcode: '7714' } });
      await add('student', 'Zoe', 'Lima', { identifiers: { communityId: '7715', barcode: '7716' } });
      assert.equal(await chip('All', '?q=771'), 4);
      assert.deepEqual(await names('?q=771'), ['Kai 7712', 'Leo Lima', 'Zoe Lima', 'Ann Stone']);
      assert.deepEqual(await names('?q=771&sort=-name'), ['Ann Stone', 'Zoe Lima', 'Leo Lima', 'Kai 7712']);
      assert.deepEqual(await names('?q=771&type=student&status=active'), [
        'Kai 7712',
        'Leo Lima',
        'Zoe Lima',
      ]);
    });

    it('shows by which one somebody was found, under its own name, and names both where one searches', async () => {
      const found = (await visitor.get(`${HOME}?q=77120`)).text;
      assert.match(found, /Lunch number: 77120/);
      assert.doesNotMatch(found, /Badge: /);
      const all = (await visitor.get(HOME)).text;
      assert.match(all, /Name, email, Student ID, Lunch number, or Badge/);
      assert.doesNotMatch(all, /Lunch number: /);
      await AccountModel.updateOne({ _id: account._id }, { $unset: { mapping: 1 } });
      assert.match((await visitor.get(HOME)).text, /Name, email, or Student ID/);
    });

    it('finds nobody of another account by them', async () => {
      const other = await makeAccount('Oak School');
      const stranger = await new Visitor(test.app).logIn(await makeUser(other._id, 'administrator'));
      assert.ok(!(await stranger.get(`${HOME}?q=77120`)).text.includes('Leo Lima'));
    });
  });

  it('takes every character of a search as text', async () => {
    await add('student', 'O.*', 'Brien(');
    await add('student', 'Anna', 'Brown');
    assert.deepEqual(await names('?q=.*'), []);
    assert.deepEqual(await names('?q=o.*'), ['O.* Brien(']);
    for (const q of ['(', '[', '\\', '^', '$', '(?:', '*', '%00', '-', '/', '{1}'])
      assert.equal((await visitor.get(`${HOME}?q=${encodeURIComponent(q)}`)).status, 200, q);
    assert.equal((await visitor.get(`${HOME}?q[$ne]=x&type[$ne]=x&page=-1&sort=x`)).status, 200);
  });

  it('counts by type and status within the search and the other filter', async () => {
    await add('student', 'Ana', 'A');
    await add('student', 'Ben', 'B', { status: 'transferred', transferredAt: new Date() });
    await add('guardian', 'Ana', 'C');
    assert.equal(await chip('All'), 3);
    assert.equal(await chip('Students'), 2);
    assert.equal(await chip('Students', '?status=active'), 1);
    assert.equal(await chip('Transferred', '?type=student'), 1);
    assert.equal(await chip('Guardians', '?q=ana'), 1);
    assert.equal(await chip('Students', '?q=ana&type=guardian'), 1);
    assert.deepEqual(await names('?type=student&status=transferred'), ['Ben B']);
    assert.deepEqual(await names('?type=guardian&q=ana'), ['Ana C']);
  });

  it('shows one contact: schools, guardians and students both ways, classes, status', async () => {
    const school = await School.create({
      account: account._id,
      name: 'Lincoln High',
      sortKey: 'lincoln high',
    });
    const student = await add('student', 'Leo', 'Lima', {
      record: { id: 's1', hash: 'x' },
      schools: [school._id],
      birthDate: '2012-03-04',
      schoolId: '200123',
    });
    const guardian = await add('guardian', 'Rosa', 'Lima', {
      record: { id: 'g1', hash: 'x' },
      relations: [
        { student: 's1', relationship: 'Parent', type: 'Primary' },
        { student: 'gone', relationship: 'Parent', type: 'Primary' },
      ],
    });
    await Section.create({
      account: account._id,
      record: { id: 'c1', hash: 'x' },
      school: school._id,
      name: 'Algebra 1',
      period: '2',
      studentIds: ['s1', 's2'],
      teacherIds: [],
      status: 'active',
    });
    const page = (await visitor.get(`${HOME}/${student._id.toHexString()}`)).text;
    for (const words of [
      'Lincoln High',
      'March 4, 2012',
      '200123',
      'Rosa Lima',
      'Parent, Primary',
      'Algebra 1',
    ])
      assert.ok(page.includes(words), words);
    const other = (await visitor.get(`${HOME}/${guardian._id.toHexString()}`)).text;
    assert.ok(other.includes(`${HOME}/${student._id.toHexString()}`));
    assert.match(other, /1 more student is in the roster but not in Slotbell/);
  });

  it('knows guardians, students and classes by every record id that a merge left somebody', async () => {
    const ids = { record: { id: 's1', hash: 'x', also: ['s2'] } };
    const student = await add('student', 'Leo', 'Lima', { ...ids, identifiers: { communityId: '77' } });
    const relations = [{ student: 's2', relationship: 'Parent', type: '' }];
    const guardian = await add('guardian', 'Rosa', 'Lima', { record: { id: 'g1', hash: 'x' }, relations });
    const held = {
      account: account._id,
      school: new Types.ObjectId(),
      status: 'active',
    } as const;
    await Section.create({ ...held, record: { id: 'c1', hash: 'x' }, name: 'Algebra 1', studentIds: ['s2'] });
    const { text } = await visitor.get(`${HOME}/${student._id.toHexString()}`);
    for (const words of ['Rosa Lima', 'Algebra 1', 's1, s2', '<dt>Community ID</dt><dd>77</dd>'])
      assert.ok(text.includes(words), words);
    const other = await visitor.get(`${HOME}/${guardian._id.toHexString()}`);
    assert.ok(other.text.includes('Leo Lima') && !other.text.includes('not known here'));
  });

  it('shows hostile names as text, on the list and on the page', async () => {
    const contact = await add('student', '<script>alert(1)</script>', '"><img src=x>', { email: '<b>@x' });
    for (const path of [HOME, `${HOME}/${contact._id.toHexString()}`]) {
      const { text } = await visitor.get(path);
      assert.ok(!text.includes('<script>alert') && !text.includes('<img src=x') && !text.includes('<b>@'));
      assert.match(text, /&lt;script&gt;alert/);
    }
  });

  it('says what it is for while nobody is there', async () => {
    assert.match((await visitor.get(HOME)).text, /No contacts yet/);
  });

  it('another account’s people are not listed, not counted, and their pages 404', async () => {
    const contact = await add('student', 'Ana', 'A', { email: 'ana@example.org' });
    const other = await makeAccount('Oak School');
    const stranger = await new Visitor(test.app).logIn(await makeUser(other._id, 'administrator'));
    assert.match((await stranger.get(HOME)).text, /No contacts yet/);
    assert.ok(!(await stranger.get(`${HOME}?q=ana%40example.org`)).text.includes('Ana A'));
    assert.equal((await stranger.get(`${HOME}/${contact._id.toHexString()}`)).status, 404);
  });

  it('an unknown or malformed id gives 404', async () => {
    for (const id of [new Types.ObjectId().toHexString(), 'x', '../users'])
      assert.equal((await visitor.get(`${HOME}/${id}`)).status, 404, id);
  });

  it('everybody below an administrator gets 403', async () => {
    for (const level of ['event administrator', 'appointment viewer', 'customer'] as const) {
      const lower = await new Visitor(test.app).logIn(await makeUser(account._id, level));
      assert.equal((await lower.get(HOME)).status, 403, level);
    }
  });
});
