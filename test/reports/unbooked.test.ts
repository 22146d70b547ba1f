import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import type { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { createTestApp, makeAccount, makeUser, Visitor } from '../support/app.js';
import { makeAppointment, makeClass, makePerson } from '../support/classes/school-day.js';
import { makeEvent } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

describe('families without an appointment', () => {
  let account: Types.ObjectId;
  let event: Event;
  let visitor: Visitor;
  let path: string;

  beforeEach(async () => {
    await emptyDatabase();
    account = (await makeAccount())._id;
    event = await makeEvent(account);
    visitor = await new Visitor(createTestApp().app).logIn(await makeUser(account, 'appointment viewer'));
    path = `/reports/${event._id.toHexString()}/unbooked`;
  });

  async function student(name: string): Promise<Contact> {
    const made = await makePerson(account, 'student', name);
    await Contact.updateOne({ _id: made._id }, { $set: { record: { id: name, hash: '' }, grade: '4' } });
    return made;
  }

  async function guardian(
    name: string,
    students: string[],
    more: { email?: string; phone?: string; relationship?: string } = {},
  ): Promise<void> {
    const { relationship = 'Parent', ...rest } = more;
    const made = await makePerson(account, 'guardian', name);
    const relations = students.map((one) => ({ student: one, relationship, type: '' }));
    await Contact.updateOne({ _id: made._id }, { $set: { relations, ...rest } });
  }

  async function rowsOf(query = ''): Promise<string[]> {
    const page = await visitor.get(`${path}${query}`);
    assert.equal(page.status, 200);
    return [...page.text.matchAll(/<th scope="row"[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
      row
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    );
  }

  it('are one row each, with all their children and whom to reach; hidden classes don’t count', async () => {
    const names = ['Bea Adams', 'Al Adams', 'Cy Brown', 'Di Cole', 'Ed Dunn', 'Hid Den'];
    const [bea, al, cy, di, ed, hid] = await Promise.all(names.map(student));
    await makeClass(event, 'Art', { students: [bea!, cy!, di!].map(({ _id }) => _id) });
    await makeClass(event, 'Bio', { students: [al!, cy!, ed!].map(({ _id }) => _id) });
    await makeClass(event, 'Secret', { students: [hid!._id], edits: { type: 'Hide' } });
    await makeClass(event, 'None', { students: [hid!._id], edits: { allowed: 0 } });
    await guardian('Kim Adams', ['Bea Adams', 'Al Adams'], {
      email: 'kim@example.org',
      phone: '+1 555-010-0100',
    });
    await guardian('Lou Adams', ['Al Adams'], { email: 'lou@example.org' });
    await guardian('Aunt May', ['Cy Brown'], { relationship: 'Aunt', phone: '555 0199' });
    await guardian('Mo Cole', ['Di Cole']);
    await guardian('Neighbor Ned', ['Di Cole'], { relationship: 'Neighbor' });
    const adult = await makeUser(account, 'customer', { name: 'Zoe Dunn', email: 'zoe@example.org' });
    await Household.create({
      account,
      adults: [adult._id],
      children: [{ student: ed!._id, adult: adult._id, by: 'number and security value', at: new Date() }],
      createdAt: new Date(),
    });
    assert.deepEqual(await rowsOf(), [
      'Al Adams, Bea Adams 4, 4 Kim Adams, kim@example.org, +1 555-010-0100 Lou Adams, lou@example.org',
      'Cy Brown 4 Aunt May, 555 0199',
      'Di Cole 4 Mo Cole',
      'Ed Dunn 4 Zoe Dunn, zoe@example.org',
    ]);
    const page = await visitor.get(path);
    assert.match(page.text, /Families without an appointment<\/dt>\s*<dd>4/);
    assert.match(page.text, /Students without an appointment<\/dt>\s*<dd>5<span class="stat-note">of 5/);
    assert.deepEqual(await rowsOf('?q=lou'), (await rowsOf()).slice(0, 1));
    // A phone number stays on one line of paper.
    assert.match((await visitor.get(`${path}/print`)).text, /\+1 555\u2011010\u20110100/);
    const file = await visitor.get(`${path}.csv`);
    const lines = file.text.replace('\uFEFF', '').trim().split('\n');
    assert.equal(
      lines[0],
      'Students,Grade,Contact 1,Email 1,Phone 1,Contact 2,Email 2,Phone 2,Further contacts',
    );
    assert.equal(
      lines[1],
      `"Al Adams, Bea Adams","4, 4",Kim Adams,kim@example.org,'+1 555-010-0100,Lou Adams,lou@example.org,,`,
    );
  });

  it('with an appointment for some of their children are told apart; canceled ones don’t count, kept ones do', async () => {
    const [bea, al, cy] = await Promise.all(['Bea Adams', 'Al Adams', 'Cy Brown'].map(student));
    const art = await makeClass(event, 'Art', { students: [bea!, al!, cy!].map(({ _id }) => _id) });
    await guardian('Kim Adams', ['Bea Adams', 'Al Adams']);
    await makeAppointment(event, art, { students: [al!._id], state: 'problem' });
    await makeAppointment(event, art, { students: [cy!._id], state: 'cancelled' });
    assert.deepEqual(await rowsOf(), ['Cy Brown 4 Nobody on the roster']);
    assert.deepEqual(await rowsOf('?show=some'), ['Bea Adams 4 Kim Adams']);
    await makeAppointment(event, art, { students: [bea!._id, cy!._id] });
    assert.match((await visitor.get(path)).text, /Nobody is missing/);
  });

  it('are tied by hand, too', async () => {
    const [bea, al] = await Promise.all(['Bea Adams', 'Al Brown'].map(student));
    await makeClass(event, 'Art', { students: [bea!, al!].map(({ _id }) => _id) });
    await guardian('Kim Adams', ['Bea Adams']);
    await Contact.updateOne(
      { firstName: 'Kim' },
      { $set: { tied: [{ student: al!._id, relationship: 'Parent', by: al!._id, at: new Date() }] } },
    );
    assert.deepEqual(await rowsOf(), ['Bea Adams, Al Brown 4, 4 Kim Adams']);
  });

  it('whom one contact is named for by the dozen are no brothers and sisters', async () => {
    const names = Array.from({ length: 16 }, (_, n) => `Kid ${String.fromCharCode(65 + n)}`);
    const kids = await Promise.all(names.map(student));
    await makeClass(event, 'Art', { students: kids.map(({ _id }) => _id) });
    await guardian('City Agency', names);
    const rows = await rowsOf();
    assert.equal(rows.length, 16);
    assert.equal(rows[0], 'Kid A 4 City Agency');
  });
});
