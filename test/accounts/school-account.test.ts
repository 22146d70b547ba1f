import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { createApp } from '../../server/app.js';
import { RESERVED } from '../../server/accounts/global-setup/schema.js';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { School } from '../../server/models/school.js';
import { makeAccount, makeUser, startAs, type TestApp, Visitor } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { listRoutes } from '../support/routes.js';

const NOW = new Date('2026-11-20T18:00:00Z');
const FORM = { name: 'Maple School', timeZone: 'America/Chicago', locale: 'en-US' };

describe('the school account', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let visitor: Visitor;

  beforeEach(async () => {
    ({ test, account, visitor } = await startAs('administrator', NOW));
  });

  const save = (more: Record<string, string>, who = visitor) =>
    who.post('/global-setup', { ...FORM, ...more }, '/global-setup');
  const look = (path: string) => new Visitor(test.app).get(path);

  it('has a public link under its own name, and earlier names keep leading to it', async () => {
    await makeEvent(account, {
      name: 'Fall',
      days: ['2026-11-24'],
      booking: { opensAt: new Date('2026-11-01T00:00:00Z') },
    });
    await makeEvent(account, { name: 'Not announced' });
    await makeEvent(account, {
      name: 'Long over',
      days: ['2026-02-24'],
      booking: { opensAt: new Date('2026-01-01T00:00:00Z') },
    });
    assert.equal((await save({ linkName: 'Maple' })).status, 303);
    const page = await look('/s/maple');
    assert.equal(page.status, 200);
    assert.match(page.text, /Fall/);
    assert.doesNotMatch(page.text, /Not announced|Long over/);
    for (let n = 0; n < 50; n++)
      await makeEvent(account, {
        name: 'Autumn',
        days: ['2025-11-24'],
        booking: { opensAt: new Date('2025-11-01T00:00:00Z') },
      });
    assert.match((await look('/s/maple')).text, /Fall/, 'not behind the events of earlier years');
    await save({ linkName: 'maple-school' });
    for (const earlier of ['/s/maple', '/s/MAPLE', '/s/Maple-School']) {
      const moved = await look(earlier);
      assert.equal([moved.status, moved.headers.location].join(' '), '302 /s/maple-school');
    }
    await save({ linkName: '' });
    assert.equal((await look('/s/maple-school')).status, 200, 'printed links go on working without a name');
    for (const none of ['/s/nobody', '/s/x', `/s/${'a'.repeat(300)}`, '/s/%00', '/s/a%2Fb'])
      assert.equal((await look(none)).status, 404, none);
  });

  it('has a link name that nobody else has or ever had, and none that Slotbell needs', async () => {
    await save({ linkName: 'maple' });
    await save({ linkName: 'maple-2' });
    const other = await makeAccount('Oak School');
    const office = await new Visitor(test.app).logIn(await makeUser(other._id, 'administrator'));
    for (const taken of ['maple', 'maple-2']) {
      const answer = await save({ name: 'Oak School', linkName: taken }, office);
      assert.equal(answer.status, 422);
      assert.match(answer.text, /Another school has this link name/);
    }
    // Two ask for one name at once: the index decides.
    const both = await Promise.all([
      save({ linkName: 'north' }),
      save({ name: 'Oak School', linkName: 'north' }, office),
    ]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [303, 422]);
    for (const wrong of [
      'ab',
      '-maple',
      'maple-',
      'ma--ple',
      'maple school',
      'müller',
      'maple/x',
      'a'.repeat(41),
      'login',
      'Setup',
      'global-setup',
    ]) {
      const answer = await save({ linkName: wrong });
      assert.equal(answer.status, 422, wrong);
      assert.match(answer.text, /id="f-linkName-error"/, wrong);
    }
  });

  it('reserves the first part of every address there is', () => {
    const firsts = listRoutes(createApp(test.deps)).map(({ path }) => path.split('/')[1] ?? '');
    const missing = firsts.filter(
      (first) => first.length > 2 && !first.startsWith(':') && !RESERVED.has(first),
    );
    assert.deepEqual([...new Set(missing)], []);
  });

  it('lists its schools with the fee of each and the total, $230 until somebody enters another', async () => {
    for (const name of ['North', 'South', 'West'])
      await School.create({ account, name, sortKey: name.toLowerCase() });
    assert.match(
      (await visitor.get('/global-setup')).text,
      /North[\s\S]*\$230[\s\S]*Total per year, 3 schools[\s\S]*\$690/,
    );
    await save({ schoolFee: '199.10' });
    assert.match((await visitor.get('/global-setup')).text, /\$199\.10[\s\S]*\$597\.30/);
    for (const wrong of ['-1', 'free', '1.234', '1e9', '9'.repeat(500)]) {
      const answer = await save({ schoolFee: wrong });
      assert.equal(answer.status, 422, wrong);
      assert.match(answer.text, /Enter the fee in dollars/);
    }
  });

  it('gives its office to new events and to mails that belong to none', async () => {
    await save({ officePhone: '555-010-7000', officeEmail: 'office@example.org' });
    const form = { name: 'Fall', days: '2026-12-08', timeZone: 'America/Chicago', ...LIMITS };
    assert.equal((await visitor.post('/events', form, '/events/new')).status, 303);
    const event = await Event.findOne({ name: 'Fall' }).orFail().lean();
    assert.deepEqual(event.office, { phone: '555-010-7000', email: 'office@example.org', replyTo: '' });
    const user = await makeUser(account, 'event administrator', { email: 'kim@example.org' });
    await new Visitor(test.app).post('/forgot', { email: user.email });
    await visitor.post(
      '/global-setup/logins',
      { name: 'Ana', email: 'ana@example.org', scope: 'account', level: 'appointment viewer' },
      '/global-setup/logins',
    );
    const parent = new Visitor(test.app);
    const registration = { name: 'Pat', email: 'pat@example.org', password: 'correct horse battery' };
    await parent.post(`/e/${event.link}/register`, registration, `/e/${event.link}/register`);
    for (const kind of ['new password', 'invitation', 'prove e-mail']) {
      const mail = await Notification.findOne({ kind }).orFail().lean();
      assert.match(
        mail.text,
        /call the school’s office at 555-010-7000, or write to office@example\.org/i,
        kind,
      );
      assert.equal(mail.replyTo, 'office@example.org', kind);
    }
  });

  it('says which events keep another time zone, as no appointment moves', async () => {
    await makeEvent(account, { name: 'Fall', days: ['2026-11-24'] });
    await save({ timeZone: 'America/Denver' });
    assert.match((await visitor.get('/global-setup')).text, /1 event keeps its own time zone/);
    assert.equal((await Event.findOne({ name: 'Fall' }).orFail().lean()).timeZone, 'America/Chicago');
  });

  it('tells the second of two who save what the first changed, and the audit what was before and after', async () => {
    const seen = /name="seen" value="([^"]+)"/
      .exec((await visitor.get('/global-setup')).text)![1]!
      .replaceAll('&#34;', '"');
    await save({ color: '#123456', officePhone: '555-010-7000', seen });
    const second = await save({ color: '#654321', seen });
    assert.equal(second.status, 422);
    assert.match(second.text, /Somebody else changed this[\s\S]*Color[\s\S]*#123456/);
    assert.match(second.text, /value="#654321"/, 'what the second typed is kept');
    assert.equal((await Account.findById(account).orFail().lean()).color, '#123456');
    const entry = await AuditEntry.findOne({ action: 'change school account' }).orFail().lean();
    assert.deepEqual(entry.changes, [
      { field: 'officePhone' },
      { field: 'color', before: '', after: '#123456' },
    ]);
  });
});

const LIMITS = {
  stopHoursBefore: '0',
  cancelHoursBefore: '0',
  perStudentAndTeacher: '1',
  perHousehold: '0',
  gapMinutes: '0',
};
