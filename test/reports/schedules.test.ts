import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Household } from '../../server/models/household.js';
import { SyncRun } from '../../server/models/sync-run.js';
import type { Contact } from '../../server/models/contact.js';
import type { Event } from '../../server/models/event.js';
import type { Resource } from '../../server/models/resource.js';
import type { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { makeClass, makePerson, makeTeachingPerson } from '../support/classes/school-day.js';
import { makeEvent, makeSlot } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

describe('reports of two days, rooms and families', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let event: Event;
  let visitor: Visitor;
  let path: string;
  let lee: { contact: Contact; resource: Resource };
  let kim: { contact: Contact; resource: Resource };
  let slots: Slot[];

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    account = (await makeAccount())._id;
    event = await makeEvent(account, { days: ['2026-11-24', '2026-11-25'] });
    visitor = await new Visitor(test.app).logIn(await makeUser(account, 'appointment maker'));
    path = `/reports/${event._id.toHexString()}`;
    lee = await makeTeachingPerson(event, 'Ana Lee');
    kim = await makeTeachingPerson(event, 'Bo Kim');
    slots = [
      await makeSlot(event, lee.resource, '2026-11-24T17:00'),
      await makeSlot(event, lee.resource, '2026-11-24T18:10'),
      await makeSlot(event, lee.resource, '2026-11-25T17:00', { state: 'hidden' }),
      await makeSlot(event, kim.resource, '2026-11-25T17:00', { capacity: 3 }),
    ];
    const [bea, cy] = [
      await makePerson(account, 'student', 'Bea Adams'),
      await makePerson(account, 'student', 'Cy Brown'),
    ];
    const art = await makeClass(event, 'Art', { teachers: [lee.contact._id], students: [bea._id, cy._id] });
    const gym = await makeClass(event, 'Gym class', {
      teachers: [kim.contact._id],
      students: [bea._id],
      edits: { room: 'Gym' },
    });
    const reed = await makeHome('Pat Reed');
    const zest = await makeHome('Ñoño Zest');
    const of = { household: reed, students: [bea._id] };
    await makeAppointment(slots[0]!, { ...of, class: art._id, note: 'About the project', attended: 'yes' });
    await makeAppointment(slots[3]!, { ...of, class: gym._id });
    await makeAppointment(slots[3]!, { household: zest, students: [cy._id], attended: 'no' });
  });

  async function makeHome(name: string): Promise<Types.ObjectId> {
    const adult = await makeUser(account, 'customer', { name });
    return (await Household.create({ account, adults: [adult._id], createdAt: new Date() }))._id;
  }
  const read = async (name: string) => {
    const page = await visitor.get(`${path}/${name}`);
    assert.equal(page.status, 200, name);
    return page.text;
  };
  /** Headings of groups, each with its lines of cells. */
  const tablesOf = (html: string): string[][] =>
    html
      .split('<h3>')
      .slice(1)
      .map((part) => [
        part.slice(0, part.indexOf('</h3>')),
        ...[...part.matchAll(/<tr>\s*<th scope="row"[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
          row
            .replace(/<[^>]+>/g, ' ')
            .replace(/\s+/g, ' ')
            .trim(),
        ),
      ]);

  it('by room: what meets in a class’s own room stands there, and its teacher’s room has the rest', async () => {
    const tables = tablesOf(await read('rooms'));
    assert.deepEqual(
      tables.map(([room]) => room),
      ['Gym', 'R 1'],
    );
    assert.match(
      tables[0]?.[1] ?? '',
      /Wed, Nov 25, 5:00–5:10 PM Bo Kim Bea Adams Gym class Pat Reed Booked/,
    );
    assert.equal(tables[0]?.length, 2);
    const main = tables[1]?.slice(1) ?? [];
    assert.deepEqual(
      main.map((row) => row.replace(/^\w+, \w+ (\d+), ([\d:]+).*(Booked.*|Free.*|Hidden)$/, '$1 $2 $3')),
      [
        '24 5:00 Booked About the project',
        '24 6:10 Free',
        '25 5:00 Booked',
        '25 5:00 Hidden',
        '25 5:00 Free: 1 of 3',
      ],
    );
    assert.deepEqual(tablesOf(await read('rooms?q=gym')).length, 1);
  });

  it('by family, by last name; found by a parent’s name without accents; one day alone', async () => {
    assert.deepEqual(
      tablesOf(await read('families')).map(([family, ...rows]) => [family, rows.length]),
      [
        ['Pat Reed', 2],
        ['Ñoño Zest', 1],
      ],
    );
    assert.deepEqual(
      tablesOf(await read('families?q=nono')).map(([family]) => family),
      ['Ñoño Zest'],
    );
    const oneDay = tablesOf(await read('families?day=2026-11-24'));
    assert.deepEqual(
      oneDay.map(([family, ...rows]) => [family, rows.length]),
      [['Pat Reed', 1]],
    );
  });

  it('appointments are found by the parent’s name, in the report and in the event’s tab, and by day', async () => {
    for (const list of [`${path}/appointments`, `/events/${event._id.toHexString()}/appointments`]) {
      const found = await visitor.get(`${list}?q=reed`);
      assert.match(found.text, /Pat Reed/);
      assert.doesNotMatch(found.text, /Zest/);
      const day = await visitor.get(`${list}?day=2026-11-25`);
      assert.match(day.text, /<strong>2<\/strong> appointments/);
      assert.match(day.text, /aria-current="true">[\s\S]{0,300}Wed, Nov 25/);
      assert.match(
        (await visitor.get(`${list}?day=never&q=nobody`)).text,
        /No appointments match|No rows match/,
      );
    }
    const file = await visitor.get(`/events/${event._id.toHexString()}/appointments.csv?day=2026-11-24`);
    assert.equal(file.text.trim().split('\n').length, 2);
    assert.match(file.text, /About the project,In person,Yes/);
  });

  it('attendance tells who came, who did not, and who is not marked', async () => {
    const page = await read('attendance');
    for (const [label, count] of [
      ['All', 3],
      ['Came', 1],
      ['Didn’t come', 1],
      ['Not marked', 1],
    ])
      assert.match(page, new RegExp(`${String(label)} <span class="count">${String(count)}<`));
    const missed = await read('attendance?show=missed');
    assert.match(missed, /Cy Brown[\s\S]*Didn’t come/);
    assert.doesNotMatch(missed, /Bea Adams/);
    const came = await visitor.get(`${path}/attendance.csv?show=came`);
    assert.equal(came.text.trim().split('\n').length, 2);
    // Not one of its filters, though every object of the language has it.
    assert.match(await read('attendance?show=constructor'), /<strong>3<\/strong> appointments/);
  });

  it('hours count what is booked and what could be, in the event’s own time', async () => {
    const file = await visitor.get(`${path}/hours.csv`);
    assert.deepEqual(file.text.replace('\uFEFF', '').trim().split('\n'), [
      'Date,Hour,Booked,Free,Can be booked,Percent booked',
      '11/24/2026,5 PM,1,0,1,100',
      '11/24/2026,6 PM,0,1,1,0',
      '11/25/2026,5 PM,2,1,3,67',
    ]);
  });

  it('print: every sheet names event, day, teacher, room; days and teachers on sheets of their own; free times and notes too', async () => {
    const html = await read('schedule/print');
    const heads = [...html.matchAll(/<thead>([\s\S]*?)<\/tr>/g)].map(([, head = '']) =>
      head
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    );
    assert.deepEqual(heads, [
      'Ana Lee Room R 1 · 1 booked, 1 free Fall conferences · Schedule by teacher · Tuesday, November 24, 2026',
      'Ana Lee Room R 1 · 0 booked, 0 free Fall conferences · Schedule by teacher · Wednesday, November 25, 2026',
      'Bo Kim Room R 1 · 2 booked, 1 free Fall conferences · Schedule by teacher · Wednesday, November 25, 2026',
    ]);
    assert.match(html, /About the project/);
    assert.match(html, /Free: 1 of 3/);
    assert.equal((await read('schedule/print?q=kim')).match(/print-sheet"/g)?.length, 1);
    assert.equal((await read('appointments/print')).match(/print-sheet"/g)?.length, 1);
    assert.match(await read('appointments/print?q=nobody'), /No appointments here/);
    assert.match(await read('families/print'), /"print-sheets are-shared keep-words"/);
    assert.match(await read('appointments/print'), /"print-sheets is-wide keep-words"/);
  });

  it('the sync history is for whoever runs the event; it has chart, table and file', async () => {
    assert.equal((await visitor.get(`${path}/sync`)).status, 403);
    assert.doesNotMatch(await read(''), /Sync history/);
    const admin = await new Visitor(test.app).logIn(await makeUser(account, 'event administrator'));
    assert.match((await admin.get(`${path}/sync`)).text, /Nothing has been synced yet/);
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 20, hour));
    for (const hour of [7, 8])
      await SyncRun.create({
        account,
        event: event._id,
        trigger: 'sync now',
        state: 'done',
        createdAt: at(hour),
        startedAt: at(hour),
        finishedAt: new Date(at(hour).getTime() + 41_000),
        counts: { class: { added: 4, changed: 0, removed: 0, restored: 0, held: 0 } },
      });
    const file = await admin.get(`${path}/sync.csv`);
    assert.match(file.text, /11\/20\/2026,2:00 AM,Sync now,Done,4,0,0,0,0,41 s,/);
    assert.match((await admin.get(`${path}/sync`)).text, /Fri, Nov 20, 2:00 AM/);
  });

  it('a teacher reads their own of each report, and no other’s', async () => {
    const user = await makeUser(account, 'resource administrator');
    await User.updateOne({ _id: user._id }, { $set: { 'grants.0.contact': lee.contact._id } });
    const teacher = await new Visitor(test.app).logIn(user);
    for (const name of ['schedule', 'rooms', 'families', 'appointments', 'attendance', 'schedule/print']) {
      const page = await teacher.get(`${path}/${name}`);
      assert.equal(page.status, 200, name);
      assert.match(page.text, /Bea Adams/, name);
      for (const other of ['Bo Kim', 'Cy Brown', 'Zest', 'Gym'])
        assert.ok(!page.text.includes(other), `${name} ${other}`);
    }
    const unbooked = await teacher.get(`${path}/unbooked`);
    assert.match(unbooked.text, /Cy Brown/);
    assert.match(
      (await teacher.get(`${path}/hours.csv`)).text,
      /11\/24\/2026,5 PM,1,0,1,100\n11\/24\/2026,6 PM,0,1,1,0\n$/,
    );
  });
});
