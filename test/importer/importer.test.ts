import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { choicesOf, readForm } from '../../server/scratch/read-form.js';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { makeAccount, makeUser, Visitor } from '../support/app.js';
import { driveSync } from '../support/roster/drive-run.js';
import { makeEvent, startDistrict, termsOf, type TestDistrict } from '../support/roster/district.js';

describe('the Importer', () => {
  let district: TestDistrict;
  let office: Visitor;
  let fresh: Types.ObjectId;

  before(async () => {
    district = await startDistrict();
    office = await visitorAs('administrator');
    fresh = await makeEvent(district.account, undefined, 'Spring conferences');
  });
  after(() => district.close());

  async function visitorAs(
    level: 'administrator' | 'event administrator' | 'appointment maker',
    event?: Types.ObjectId,
  ) {
    const user = await makeUser(district.account, level, event ? { event } : {});
    return new Visitor(district.test.app).logIn(user);
  }

  const work = (key: string) => driveSync(district.deps, key);
  const path = (event: Types.ObjectId) => `/events/${event.toHexString()}/sync`;

  it('leads from the event over the schools to the terms, with the sections of each', async () => {
    const events = await office.get('/importer');
    assert.match(events.text, /This account is set up for Clever/);
    assert.match(events.text, /Spring conferences/);
    const schools = await office.get(`/importer?event=${fresh.toHexString()}`);
    assert.match(schools.text, /School 1/);
    assert.doesNotMatch(schools.text, /Select terms/);
    const [first] = district.schools;
    const terms = await office.get(`/importer?event=${fresh.toHexString()}&schools=${String(first)}`);
    assert.match(terms.text, /Select terms/);
    assert.match(terms.text, /\d+ sections/);
    assert.match(terms.text, /No term/);
    assert.match(terms.text, /Keep it synced every night at 1 AM/);
  });

  it('refuses an import without a term, and keeps what was ticked', async () => {
    const [school = ''] = district.schools.map(String);
    const fields = { event: fresh.toHexString(), schools: school, nightly: 'yes' };
    const answer = await office.post('/importer/runs', fields, '/importer');
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Select at least one term/);
    assert.equal((await Event.findById(fresh).lean())?.sync, undefined);
  });

  it('takes every school that is selected, whichever button is pressed; another event is shown first', async () => {
    const [first = '', second = ''] = district.schools.map(String);
    const query = `event=${fresh.toHexString()}&schools=${first}`;
    const page = (await office.get(`/importer?${query}`)).text;
    const form = readForm(page, '/importer/runs', '/importer');
    assert.ok(form && readForm(page, '/importer/choice', '/importer'), 'one form with both buttons');
    const choices = choicesOf(page, 'schools');
    assert.ok(choices.includes(first) && choices.includes(second));
    const send = (path: string, fields: [string, string][]) =>
      office.agent.post(path).type('form').send(new URLSearchParams(fields).toString());
    const selected: [string, string][] = [...form.fields, ['schools', second], ['terms', 'none']];

    const shown = await send('/importer/choice', selected);
    assert.equal(shown.status, 200);
    for (const value of [first, second, 'none'])
      assert.match(shown.text, new RegExp(`value="${value}" checked`));

    const other = (await makeEvent(district.account, undefined, 'Another')).toHexString();
    const changed = await send(
      '/importer/previews',
      selected.map(([name, value]) => [name, name === 'event' ? other : value]),
    );
    assert.equal(changed.status, 422);
    assert.match(changed.text, /You changed the event/);
    assert.match(changed.text, new RegExp(`name="shown" value="${other}"`));

    const started = await send('/importer/previews', selected);
    assert.equal(started.status, 303);
    const run = await SyncRun.findOne({ event: fresh }).lean();
    assert.deepEqual(run?.choice?.schools.map(String).sort(), [first, second].sort());
    await SyncRun.deleteMany({});
  });

  it('refuses a school or a term that is not the account’s', async () => {
    const [school = ''] = district.schools.map(String);
    for (const [schools, terms] of [
      [fresh.toHexString(), 'none'],
      [school, 'ffffffffffffffffffffffff'],
    ]) {
      const fields = { event: fresh.toHexString(), schools: schools ?? '', terms: terms ?? '' };
      const answer = await office.post('/importer/runs', fields, '/importer');
      assert.equal(answer.status, 422);
    }
    assert.equal(await SyncRun.countDocuments(), 0);
  });

  it('starts an import that brings everything in and leaves the nightly sync on', async () => {
    const answer = await office.post(
      '/importer/runs',
      {
        event: fresh.toHexString(),
        schools: district.schools.map(String),
        terms: [...termsOf(district.sandbox).map(({ id }) => id), 'none'],
        nightly: 'yes',
      },
      '/importer',
    );
    assert.equal(answer.status, 303);
    const run = await SyncRun.findOne({ event: fresh }).orFail().lean();
    assert.equal(answer.headers.location, `/importer/runs/${run._id.toHexString()}`);
    assert.deepEqual(district.test.asked.at(-1), { name: 'run-sync', key: run._id.toHexString() });
    assert.match((await office.get(answer.headers.location)).text, /Waiting for its turn/);
    assert.equal((await Event.findById(fresh).orFail().lean()).sync?.on, false, 'not before it is done');

    await work(run._id.toHexString());
    const { sync } = await Event.findById(fresh).orFail().lean();
    assert.equal(sync?.on, true);
    assert.ok(sync.onSince);
    const page = await office.get(answer.headers.location);
    assert.match(page.text, /Imported today at .*: 120 new students/);
    assert.equal(await Contact.countDocuments({ type: 'student' }), 120);
  });

  it('shows the run’s log with names, page by page, by kind, and as CSV', async () => {
    const run = await SyncRun.findOne({ event: fresh }).orFail().lean();
    const home = `/importer/runs/${run._id.toHexString()}`;
    const student = await Contact.findOne({ type: 'student' }).orFail().lean();
    const log = await office.get(`${home}/log?kind=student&action=added`);
    assert.match(log.text, /1–100<\/strong> of 120 rows/);
    const csv = await office.get(`${home}/log.csv`);
    assert.equal(csv.status, 200);
    assert.match(csv.headers['content-disposition'] ?? '', /attachment/);
    assert.ok(csv.text.includes(student.record?.id ?? '?'));
    assert.ok(csv.text.includes(student.lastName));
    assert.ok(!/^[^\n]*,=HYPERLINK/m.test(csv.text), 'a formula is escaped');
    assert.match(csv.text, /'=HYPERLINK/);
  });

  it('streams progress and ends with the run', async () => {
    const run = await SyncRun.findOne({ event: fresh }).orFail().lean();
    const answer = await office.get(`/importer/runs/${run._id.toHexString()}/progress`);
    assert.match(answer.text, /^event: done\ndata: \{"stages":\[\{"key":"download"/);
  });

  it('shows the event its sync: what happened, when the next is, and the buttons', async () => {
    const page = await office.get(path(fresh));
    assert.match(page.text, /Imported today at/);
    assert.match(page.text, /Next run/);
    assert.match(page.text, />\s*Sync now/);
    assert.match(page.text, /Stop Sync For the Selected Event/);
  });

  it('Sync now twice is one run', async () => {
    const answers = await Promise.all([
      office.post(`${path(fresh)}/runs`, {}, path(fresh)),
      office.post(`${path(fresh)}/runs`, {}, path(fresh)),
    ]);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([303]));
    assert.equal(new Set(answers.map(({ headers }) => headers.location!)).size, 1);
    assert.equal(await SyncRun.countDocuments({ event: fresh, trigger: 'sync now' }), 1);
  });

  it('stops the sync of one event and its waiting run, after asking; twice is once', async () => {
    const confirm = await office.get(`${path(fresh)}/stop`);
    assert.match(confirm.text, /Stop the sync of Spring conferences\?/);
    assert.equal((await Event.findById(fresh).orFail().lean()).sync?.on, true);
    for (const text of [/The nightly sync of this event is off\. 1 run stops/, /was already off/]) {
      const answer = await office.post(`${path(fresh)}/stop`, {}, `${path(fresh)}/stop`);
      assert.equal(answer.status, 303);
      assert.match((await office.get(path(fresh))).text, text);
    }
    assert.equal((await Event.findById(fresh).orFail().lean()).sync?.on, false);
    const run = await SyncRun.findOne({ event: fresh, trigger: 'sync now' }).orFail().lean();
    assert.equal(run.state, 'stopped');
    assert.equal(await AuditEntry.countDocuments({ action: 'stop sync' }), 1);
    await work(run._id.toHexString());
    assert.equal((await SyncRun.findById(run._id).orFail().lean()).state, 'stopped');
  });

  it('starts it again, from the coming night on', async () => {
    const now = new Date('2026-11-24T18:00:00Z');
    district.test.setNow(now);
    await office.post(`${path(fresh)}/start`, {}, path(fresh));
    const { sync } = await Event.findById(fresh).orFail().lean();
    assert.equal(sync?.on, true);
    assert.deepEqual(sync.onSince, now);
    assert.match((await office.get(path(fresh))).text, /Wednesday, November 25 at 1:00 AM/);
  });

  it('sets another hour, and refuses one that no day has', async () => {
    assert.equal((await office.post(`${path(fresh)}/hour`, { hour: 24 }, path(fresh))).status, 422);
    await office.post(`${path(fresh)}/hour`, { hour: 3 }, path(fresh));
    assert.equal((await Event.findById(fresh).orFail().lean()).sync?.hour, 3);
    assert.match((await office.get(path(fresh))).text, /Wednesday, November 25 at 3:00 AM/);
  });

  it('stops all events, naming those in sync; only administrators may', async () => {
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': true } });
    const lesser = await visitorAs('event administrator');
    assert.equal((await lesser.get('/importer/stop')).status, 403);
    assert.equal((await lesser.post('/importer/stop', {}, '/importer')).status, 403);
    const confirm = await office.get('/importer/stop');
    assert.match(confirm.text, /Fall conferences/);
    assert.match(confirm.text, /Spring conferences/);
    await office.post('/importer/stop', {}, '/importer/stop');
    assert.equal(await Event.countDocuments({ 'sync.on': true }), 0);
    assert.match((await office.get('/importer')).text, /The nightly sync is off for 2 events/);
  });

  it('is closed to lower levels, and shows an event’s own administrator that event alone', async () => {
    const maker = await visitorAs('appointment maker');
    assert.equal((await maker.get('/importer')).status, 403);
    assert.equal((await maker.get(path(fresh))).status, 403);
    const own = await visitorAs('event administrator', district.event);
    const page = await own.get('/importer');
    assert.match(page.text, /Fall conferences/);
    assert.doesNotMatch(page.text, /Spring conferences/);
    const run = await SyncRun.findOne({ event: fresh }).orFail().lean();
    for (const part of ['', '/log', '/log.csv', '/progress'])
      assert.equal((await own.get(`/importer/runs/${run._id.toHexString()}${part}`)).status, 404);
    const [school = ''] = district.schools.map(String);
    const fields = { event: fresh.toHexString(), schools: school, terms: 'none' };
    assert.equal((await own.post('/importer/runs', fields, '/importer')).status, 404);
  });

  it('another account’s administrator gets 404', async () => {
    const other = await makeAccount('Elsewhere');
    const stranger = await new Visitor(district.test.app).logIn(await makeUser(other._id, 'administrator'));
    const run = await SyncRun.findOne({ event: fresh }).orFail().lean();
    assert.equal((await stranger.get(`/importer/runs/${run._id.toHexString()}`)).status, 404);
    assert.equal((await stranger.get(path(fresh))).status, 404);
    assert.equal((await stranger.post(`${path(fresh)}/stop`, {}, '/importer')).status, 404);
    assert.match((await stranger.get('/importer')).text, /not set up for Clever yet/);
  });

  it('says plainly when Clever cannot be read for the terms', async () => {
    await Account.updateOne(
      { _id: district.account },
      { $set: { 'clever.credentials': { kind: 'token', token: 'x' } } },
    );
    const event = await makeEvent(district.account, undefined, 'Winter conferences');
    const [school] = district.schools;
    await Section.deleteMany({});
    const page = await office.get(`/importer?event=${event.toHexString()}&schools=${String(school)}`);
    assert.equal(page.status, 200);
    assert.match(page.text, /Try again/);
  });
});
