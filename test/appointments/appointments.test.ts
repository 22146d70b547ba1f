import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Claim } from '../../server/models/claim.js';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import type { Slot } from '../../server/models/slot.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeAppointment, makeStudent } from '../support/appointment.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

const LEFT = { code: 'text', text: 'Left the class.' } as const;

const hex = (item: { _id: Types.ObjectId }) => item._id.toHexString();

describe('appointments of an event', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let maker: Visitor;
  let event: Event;
  let slots: [Slot, Slot, Slot];
  let home: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(new Date('2026-10-02T15:00:00Z'));
    account = (await makeAccount())._id;
    maker = await new Visitor(test.app).logIn(await makeUser(account, 'appointment maker'));
    event = await makeEvent(account);
    const lee = await makeTeacher(event, 'Ms Lee', { room: '12' });
    const park = await makeTeacher(event, 'Mr Park');
    slots = [
      await makeSlot(event, park, '2026-11-24T17:00'),
      await makeSlot(event, lee, '2026-11-24T17:10'),
      await makeSlot(event, lee, '2026-11-24T17:20'),
    ];
    home = `/events/${hex(event)}`;
  });

  describe('list', () => {
    beforeEach(async () => {
      const ana = await makeStudent(account, 'Ana', 'López');
      const ben = await makeStudent(account, '=HYPERLINK("x")', '<b>Ben</b>');
      await makeAppointment(slots[0], { students: [ana._id] });
      await makeAppointment(slots[1], { students: [ben._id], state: 'problem', problem: LEFT });
      await makeAppointment(slots[2], { students: [ana._id], state: 'cancelled' });
      await makeAppointment(slots[2], { students: [ben._id], state: 'expired' });
    });

    it('the slot, the problems and both pages that ask before canceling answer', async () => {
      const office = await new Visitor(test.app).logIn(await makeUser(account, 'event administrator'));
      const problem = await Appointment.findOne({ state: 'problem' }).orFail().lean();
      for (const path of [
        `/day-sheet/${hex(slots[1])}`,
        '/problems',
        `/problems/${hex(problem)}/cancellation`,
        `/desk/appointments/${hex(problem)}/cancellation`,
      ])
        assert.equal((await office.get(`${home}${path}`)).status, 200, path);
    });

    it('is by time, counts by state, and leaves out what was never booked', async () => {
      const page = await maker.get(`${home}/appointments`);
      assert.equal(page.status, 200);
      assert.match(page.text, /Tue, Nov 24, 5:00 PM[\s\S]*5:10 PM[\s\S]*5:20 PM/);
      for (const [label, count] of [
        ['All', 3],
        ['Booked', 1],
        ['Problems', 1],
        ['On hold', 0],
        ['Canceled', 1],
      ])
        assert.match(page.text, new RegExp(`${String(label)} <span class="count">${String(count)}<`));
      assert.match(page.text, /&lt;b&gt;Ben/);
      const cancelled = await maker.get(`${home}/appointments?state=cancelled`);
      assert.doesNotMatch(cancelled.text, /Mr Park/);
    });

    it('is searched by student and by teacher, without accents', async () => {
      const byStudent = await maker.get(`${home}/appointments?q=lopez+ana`);
      assert.match(byStudent.text, /All <span class="count">2</);
      assert.doesNotMatch(byStudent.text, /Ben/);
      const byTeacher = await maker.get(`${home}/appointments?q=park`);
      assert.match(byTeacher.text, /Mr Park/);
      assert.doesNotMatch(byTeacher.text, /Ms Lee/);
      assert.match((await maker.get(`${home}/appointments?q=nobody`)).text, /No appointments match/);
    });

    it('is downloaded as it is filtered, with formulas made harmless, and noted in the audit', async () => {
      const file = await maker.get(`${home}/appointments.csv?state=problem`);
      assert.equal(file.status, 200);
      assert.match(String(file.headers['content-disposition']), /appointments-2026-11-24\.csv/);
      const lines = file.text
        .replace(/^\uFEFF/, '')
        .trim()
        .split('\n');
      assert.equal(lines.length, 2);
      assert.match(lines[0] ?? '', /^Date,From,To,Teacher,Room,Student/);
      assert.match(lines[1] ?? '', /^11\/24\/2026,5:10 PM,5:20 PM,Ms Lee,12,"'=HYPERLINK/);
      assert.equal(await AuditEntry.countDocuments({ action: 'download appointments' }), 1);
    });

    it('without any says so; below viewer and other accounts do not get in', async () => {
      const empty = await makeEvent(account);
      assert.match((await maker.get(`/events/${hex(empty)}/appointments`)).text, /No appointments yet/);
      const stranger = await new Visitor(test.app).logIn(
        await makeUser((await makeAccount('Oak'))._id, 'administrator'),
      );
      for (const path of [`${home}/appointments`, `${home}/appointments.csv`, `${home}/problems`])
        assert.equal((await stranger.get(path)).status, 404, path);
      const parent = await new Visitor(test.app).logIn(await makeUser(account, 'customer'));
      for (const path of [`${home}/appointments`, `${home}/appointments.csv`, `${home}/problems`])
        assert.notEqual((await parent.get(path)).status, 200, path);
    });
  });

  describe('problems', () => {
    let problem: Appointment;

    beforeEach(async () => {
      const ana = await makeStudent(account, 'Ana', 'López');
      const change = { students: [ana._id], state: 'problem', problem: LEFT } as const;
      problem = await makeAppointment(slots[0], { ...change, students: [ana._id] });
      await makeAppointment(slots[1]);
    });

    it('say which run may change them: at work, waiting, of the roster, or the next night', async () => {
      const note = async (visitor = maker) =>
        /<p class="note mb-3">(.*)<\/p>/.exec((await visitor.get(`${home}/problems`)).text)?.[1];
      assert.equal(await note(), undefined);
      await Account.updateOne({ _id: account }, { $set: { 'files.on': true, 'files.format': 'clever' } });
      await Event.updateOne(
        { _id: event._id },
        { $set: { sync: { on: true, hour: 1, schools: [], terms: [], noTerm: true } } },
      );
      assert.equal(
        await note(),
        'The next sync is on Saturday, October 3 at 1:00 AM. It may change this list.',
      );
      const now = new Date();
      const made = { account, createdAt: now, heartbeatAt: now, fence: 1 };
      await RosterRun.create({ ...made, state: 'queued', purpose: 'preview' });
      assert.match((await note()) ?? '', /^The next sync/);
      await RosterRun.create({ ...made, state: 'queued', purpose: 'accept' });
      assert.equal(await note(), 'The school’s roster is being updated. This list may change afterwards.');
      const run = { ...made, event: event._id, trigger: 'sync now', purpose: 'sync' } as const;
      const queued = await SyncRun.create({ ...run, state: 'queued' });
      assert.equal(await note(), 'A sync is about to start. It may change this list.');
      await SyncRun.updateOne({ _id: queued._id }, { $set: { state: 'running' } });
      assert.equal(await note(), 'A sync is running now. It may change this list.');
      const administrator = await new Visitor(test.app).logIn(await makeUser(account, 'administrator'));
      assert.match(
        (await note(administrator)) ?? '',
        new RegExp(`href="/importer/runs/${hex(queued)}">Follow it`),
      );
    });

    it('are listed with the reason; a viewer does not reach them', async () => {
      const page = await maker.get(`${home}/problems`);
      assert.match(page.text, /Ana López[\s\S]*Left the class\./);
      assert.match(page.text, /<strong>1<\/strong> problem</);
      const viewer = await new Visitor(test.app).logIn(await makeUser(account, 'appointment viewer'));
      assert.equal((await viewer.get(`${home}/problems`)).status, 403);
      for (const verb of ['keeping', 'cancellation']) {
        const path = `${home}/problems/${hex(problem)}/${verb}`;
        assert.equal((await viewer.post(path, {}, home)).status, 403);
      }
      assert.equal((await Appointment.findById(problem._id).lean())?.state, 'problem');
    });

    it('are kept as they are, once, and remember why they were listed', async () => {
      const path = `${home}/problems/${hex(problem)}/keeping`;
      assert.equal((await maker.post(path, {}, `${home}/problems`)).status, 303);
      const kept = await Appointment.findById(problem._id).lean();
      assert.deepEqual([kept?.state, kept?.problem, kept?.kept], ['booked', undefined, LEFT]);
      assert.match((await maker.get(`${home}/problems`)).text, /kept as it is[\s\S]*No problems/);
      await maker.post(path, {}, `${home}/problems`);
      assert.match((await maker.get(`${home}/problems`)).text, /already decided this one/);
      assert.equal(await AuditEntry.countDocuments({ action: 'keep appointment' }), 1);
    });

    it('are cancelled after asking, through booking: what they held is free', async () => {
      await Claim.create({
        _id: `slot:${hex(slots[0])}:1`,
        account,
        event: event._id,
        appointment: problem._id,
      });
      const path = `${home}/problems/${hex(problem)}/cancellation`;
      assert.match(
        (await maker.get(path)).text,
        /Ana López with Mr Park, Tuesday, November 24, 2026, 5:00–5:10 PM[\s\S]*no email address that we can use\. Call them/,
      );
      assert.equal((await Appointment.findById(problem._id).lean())?.state, 'problem');
      assert.equal((await maker.post(path, {}, path)).status, 303);
      assert.match(
        (await maker.get(`${home}/problems`)).text,
        /no email address that we can use, so call them/,
      );
      const cancelled = await Appointment.findById(problem._id).lean();
      assert.deepEqual([cancelled?.state, cancelled?.cancelledBy], ['cancelled', 'school']);
      assert.equal(await Claim.countDocuments(), 0);
    });

    it('of another event are 404 here; without the token nothing happens', async () => {
      const other = await makeEvent(account);
      const path = `/events/${hex(other)}/problems/${hex(problem)}`;
      assert.equal((await maker.post(`${path}/keeping`, {}, home)).status, 404);
      assert.equal((await maker.post(`${path}/cancellation`, {}, home)).status, 404);
      const bare = maker.agent
        .post(`${home}/problems/${hex(problem)}/keeping`)
        .type('form')
        .send({});
      assert.equal((await bare).status, 403);
      assert.equal((await Appointment.findById(problem._id).lean())?.state, 'problem');
    });
  });
});
