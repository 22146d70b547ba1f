import assert from 'node:assert/strict';
import { AuditEntry } from '../../server/models/audit-entry.js';
import type { Class } from '../../server/models/class.js';
import type { Contact } from '../../server/models/contact.js';
import type { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import type { Resource } from '../../server/models/resource.js';
import { REPORTS } from '../../server/reports/list-reports.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeEvent, makeSlot } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeAppointment, makeClass, makePerson, makeTeachingPerson } from '../support/classes/school-day.js';

describe('reports', () => {
  let test: TestApp;
  let event: Event;
  let visitor: Visitor;
  let path: string;
  let lee: { contact: Contact; resource: Resource };
  let students: Contact[];
  let art: Class;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    const account = await makeAccount();
    event = await makeEvent(account._id);
    visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'appointment viewer'));
    path = `/reports/${event._id.toHexString()}`;
    lee = await makeTeachingPerson(event, 'Ana Lee');
    students = [
      await makePerson(account._id, 'student', 'Bea Adams'),
      await makePerson(account._id, 'student', 'Cy <i>Brown</i>'),
      await makePerson(account._id, 'student', '=HYPERLINK("http://evil.example") Zoe'),
    ];
    art = await makeClass(event, 'Art', {
      teachers: [lee.contact._id],
      students: students.map(({ _id }) => _id),
    });
  });

  const book = async (student: Contact, more: Parameters<typeof makeAppointment>[2] = {}) => {
    const adult = await makeUser(event.account, 'customer', { name: 'Pat "Family"' });
    const household = await Household.create({
      account: event.account,
      adults: [adult._id],
      createdAt: new Date(),
    });
    return makeAppointment(event, art, {
      resource: lee.resource._id,
      students: [student._id],
      household: household._id,
      ...more,
    });
  };
  const linesOf = (csv: string) => csv.replace('\uFEFF', '').trim().split('\n');
  const fileOf = async (name: string) => {
    const answer = await visitor.agent.get(`${path}/${name}`).buffer(true);
    assert.equal(answer.status, 200);
    assert.match(String(answer.headers['content-type']), /text\/csv/);
    assert.match(
      String(answer.headers['content-disposition']),
      /^attachment; filename="?[a-z]+-2026-11-24\.csv"?$/,
    );
    return linesOf(answer.text);
  };

  it('begin with the choice of an event, among those that somebody may see', async () => {
    const spring = await makeEvent(event.account, { name: 'Spring' });
    await makeEvent((await makeAccount('Oak School'))._id, { name: 'Foreign' });
    const page = await visitor.get('/reports');
    assert.match(page.text, /Fall conferences/);
    assert.match(page.text, /Spring/);
    assert.equal(page.text.includes('Foreign'), false);
    const one = await makeUser(event.account, 'appointment viewer', { event: spring._id });
    const limited = await new Visitor(test.app).logIn(one);
    assert.equal((await limited.get('/reports')).text.includes('Fall conferences'), false);
    assert.equal((await limited.get(path)).status, 404);
  });

  it('a stranger gets 404 on each of them, a parent too', async () => {
    const account = (await makeAccount('Oak School'))._id;
    const stranger = await new Visitor(test.app).logIn(await makeUser(account, 'administrator'));
    const parent = await new Visitor(test.app).logIn(await makeUser(event.account, 'customer'));
    const each = REPORTS.flatMap(({ name }) =>
      ['', '.csv', '.xlsx', '/print'].map((end) => `/${name}${end}`),
    );
    for (const page of ['', ...each]) {
      assert.equal((await stranger.get(`${path}${page}`)).status, 404, page);
      assert.equal((await parent.get(`${path}${page}`)).status, 404, page);
    }
    assert.equal((await parent.get('/reports')).status, 403);
    assert.equal((await visitor.get(`${path}/secrets.csv`)).status, 404);
  });

  it('the schedule has a section for each teacher, with who comes when in the event’s time', async () => {
    const park = await makeTeachingPerson(event, 'Bo Park');
    await makeSlot(event, lee.resource, '2026-11-24T17:00');
    await makeSlot(event, lee.resource, '2026-11-24T17:10');
    await book(students[0]!, { note: 'Bring the report' });
    await book(students[1]!, { state: 'cancelled' });
    await makeAppointment(event, art, { resource: park.resource._id, state: 'pending' });
    const page = await visitor.get(`${path}/schedule`);
    assert.equal(page.status, 200);
    assert.match(page.text, /<h3>Ana Lee<\/h3>\s*<p class="soft">Room R 1 · 1 booked, 2 free/);
    assert.match(page.text, /Tue, Nov 24, 5:00–5:10 PM[\s\S]*Bea Adams[\s\S]*Art[\s\S]*Pat &#34;Family&#34;/);
    assert.match(page.text, /<h3>Bo Park<\/h3>\s*<p class="soft">Room R 1 · 0 booked, 0 free/);
    assert.equal(page.text.includes('Brown'), false);
    assert.equal((await visitor.get(`${path}/schedule?q=park`)).text.includes('Ana Lee'), false);
    assert.deepEqual(await fileOf('schedule.csv'), [
      'Teacher,Room,Date,From,To,Student,Class,Family,State,Problem,Note,Meeting type,Came',
      'Ana Lee,R 1,11/24/2026,5:00 PM,5:10 PM,Bea Adams,Art,"Pat ""Family""",Booked,,Bring the report,In person,',
      'Ana Lee,R 1,11/24/2026,5:00 PM,5:10 PM,,,,Free,,,,',
      'Ana Lee,R 1,11/24/2026,5:10 PM,5:20 PM,,,,Free,,,,',
    ]);
    assert.equal((await fileOf('schedule.csv?show=booked')).length, 2);
    assert.equal((await fileOf('schedule.csv?day=2026-11-25')).length, 1);
  });

  it('appointments are listed by time and state, and formulas are escaped in the file', async () => {
    await book(students[2]!, {
      from: new Date('2026-11-24T23:20:00Z'),
      to: new Date('2026-11-24T23:30:00Z'),
    });
    await book(students[0]!);
    await book(students[1]!, { state: 'cancelled' });
    await book(students[1]!, { state: 'pending' });
    const page = await visitor.get(`${path}/appointments`);
    assert.match(page.text, /Bea Adams[\s\S]*=HYPERLINK/);
    assert.equal(page.text.includes('Brown'), false);
    assert.match((await visitor.get(`${path}/appointments?show=cancelled`)).text, /Cy &lt;i&gt;Brown/);
    const lines = await fileOf('appointments.csv');
    assert.equal(lines.length, 3);
    assert.match(lines[1] ?? '', /^11\/24\/2026,5:00 PM,5:10 PM,Ana Lee,R 1,Bea Adams,Art,/);
    assert.match(lines[2] ?? '', /"'=HYPERLINK\(""http/);
    assert.equal((await fileOf('appointments.csv?show=cancelled')).length, 2);
    assert.equal(await AuditEntry.countDocuments({ action: 'export report', event: event._id }), 2);
  });

  it('long lists are paged on screen and whole in the file', async () => {
    const some = Array.from({ length: 230 }, (_, n) =>
      makeAppointment(event, art, {
        resource: lee.resource._id,
        from: new Date(Date.UTC(2026, 10, 24, 23, n)),
        to: new Date(Date.UTC(2026, 10, 24, 23, n + 1)),
      }),
    );
    await Promise.all(some);
    const page = await visitor.get(`${path}/appointments?page=3`);
    assert.match(page.text, /201–230<\/strong> of 230 appointments/);
    assert.equal((await fileOf('appointments.csv')).length, 231);
    for (let n = 0; n < 60; n += 1) await makeTeachingPerson(event, `Teacher ${String(n)}`);
    assert.match((await visitor.get(`${path}/schedule?page=3`)).text, /51–61<\/strong> of 61 teachers/);
    assert.equal((await fileOf('schedule.csv')).length, 231);
  });

  it('an event without anything says what is to come', async () => {
    const empty = await makeEvent(event.account, { name: 'Empty' });
    const there = `/reports/${empty._id.toHexString()}`;
    assert.match((await visitor.get(`${there}/schedule`)).text, /No teachers yet/);
    assert.match((await visitor.get(`${there}/unbooked`)).text, /No students yet/);
    assert.match((await visitor.get(`${there}/appointments`)).text, /No appointments here/);
    assert.equal((await visitor.get(there)).status, 200);
  });
});
