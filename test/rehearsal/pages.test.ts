import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { connectedAddress } from '../../server/database/connect.js';
import { lacksRight, nameStart, scratchOf } from '../../server/database/scratch.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Event } from '../../server/models/event.js';
import { Rehearsal, type RehearsalOutcome } from '../../server/models/rehearsal.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { keepRehearsals } from '../../server/rehearsal/keep-rehearsals.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { EVE, makeConference, type Conference } from '../support/booking/conference.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

const HOUR_MS = 3600_000;
const FORM = {
  ...{
    families: 3,
    firstPercent: 60,
    firstMinutes: 5,
    restMinutes: 25,
    perChild: 0,
    planPercent: 50,
    pace: 5,
  },
};

const setOpening = ({ _id }: Pick<Event, '_id'>, booking: Partial<Event['booking']>) =>
  Event.updateOne({ _id }, { $set: { booking } });

describe('The pages of an opening rehearsal', () => {
  let test: TestApp;
  let school: Conference;
  let admin: Visitor;
  let account: Types.ObjectId;
  let home: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    school = await makeConference({
      ...{ students: 3, teachers: 1, slots: 2 },
      booking: { opensAt: new Date(EVE.getTime() + 24 * HOUR_MS) },
    });
    await Event.updateOne({ _id: school.event._id }, { $set: { days: ['2026-11-24', '2026-11-25'] } });
    account = school.account._id;
    admin = await new Visitor(test.app).logIn(await makeUser(account, 'administrator'));
    home = `/events/${String(school.event._id)}/rehearsals`;
  });

  const start = (fields: object = {}) => admin.post(home, { ...FORM, ...fields }, home);

  it('begin at the checklist with the event’s families, and lead to the rehearsal', async () => {
    const overview = await admin.get(`/events/${String(school.event._id)}`);
    assert.match(overview.text, new RegExp(`href="${home}"[^>]*>[^<]*Rehearse the opening`));
    const form = await admin.get(home);
    assert.match(form.text, /3 families, 2 slots with 1 teacher/);
    assert.match(form.text, /name="families"[^>]*max="3"|max="3"[^>]*name="families"/);
    const started = await start();
    const at = String(started.headers.location);
    assert.deepEqual(test.asked, [{ name: 'rehearse', key: at.split('/').at(-1) }]);
    const page = await admin.get(at);
    assert.match(page.text, /data-progress-url="[^"]*\/progress"/);
    assert.match(page.text, /<noscript><meta http-equiv="refresh"/);
    assert.match((await admin.get(home)).text, /A rehearsal is running/);
    assert.equal(await AuditEntry.countDocuments({ action: 'rehearse opening' }), 1);
    // A job that got lost is asked for again.
    test.asked.length = 0;
    await keepRehearsals(test.deps);
    assert.equal(test.asked[0]?.name, 'rehearse');
    await admin.post(`${at}/stop`, {}, at);
    assert.match((await admin.get(at)).text, /Somebody stopped it/);
    assert.equal((await start()).status, 303, 'there is room for the next');
  });

  it('start one at a time on the whole installation, whoever presses', async () => {
    const other = await makeConference({
      students: 2,
      teachers: 1,
      slots: 2,
      booking: { opensAt: undefined },
    });
    const theirs = await new Visitor(test.app).logIn(await makeUser(other.account._id, 'administrator'));
    const page = `/events/${String(other.event._id)}/rehearsals`;
    // Their sessions have a token by then.
    for (const visitor of [admin, theirs]) await visitor.get('/forgot');
    const answers = await Promise.all([
      admin.post(home, FORM),
      admin.post(home, FORM),
      theirs.post(page, { ...FORM, families: 2 }),
    ]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 422, 422]);
    assert.equal(await Rehearsal.countDocuments(), 1);
    const refused = answers.find(({ status }) => status === 422)!;
    assert.match(refused.text, /Another rehearsal is running|A rehearsal is running/);
  });

  it('are for administrators of the account alone', async () => {
    const { _id } = await Rehearsal.create({
      ...{ account, event: school.event._id, by: account, createdAt: EVE, plan: FORM, state: 'done' },
    });
    const runner = await new Visitor(test.app).logIn(await makeUser(account, 'event administrator'));
    const foreign = await makeConference();
    const stranger = await new Visitor(test.app).logIn(await makeUser(foreign.account._id, 'administrator'));
    for (const path of [home, `${home}/${String(_id)}`]) {
      assert.equal((await runner.get(path)).status, 403);
      assert.equal((await stranger.get(path)).status, 404);
    }
    assert.equal((await runner.post(home, FORM)).status, 403);
    assert.doesNotMatch(
      (await runner.get(`/events/${String(school.event._id)}`)).text,
      /Rehearse the opening/,
    );
  });

  it('say why not now: real work goes first', async () => {
    const { event } = school;
    const refused = async (says: RegExp) => {
      const answer = await start();
      assert.equal(answer.status, 422);
      assert.match(answer.text, says);
      assert.equal(await Rehearsal.countDocuments(), 0);
    };
    const set = (opensAt: Date | undefined) =>
      Event.updateOne(
        { _id: event._id },
        opensAt ? { $set: { 'booking.opensAt': opensAt } } : { $unset: { 'booking.opensAt': 1 } },
      );
    await set(new Date(EVE.getTime() - HOUR_MS));
    await refused(/Booking is open/);
    await set(new Date(EVE.getTime() + 10 * 60_000));
    await refused(/opens soon/);
    await set(undefined);
    const open = await makeEvent(account, {
      name: 'Open one',
      booking: { opensAt: new Date(EVE.getTime() - 5 * HOUR_MS) },
    });
    const slot = await makeSlot(open, await makeTeacher(open, 'Kim Lee'), '2026-11-24T09:00');
    const { _id } = await makeAppointment(slot, { students: [] });
    await refused(/Families are booking on this server/);
    // The front desk books before the opening, too.
    await setOpening(open, { opensAt: new Date(EVE.getTime() + 24 * HOUR_MS) });
    await refused(/Families are booking on this server/);
    await Appointment.deleteOne({ _id });
    // Large families book from five minutes ago, all in 55 minutes.
    await setOpening(open, { opensAt: new Date(EVE.getTime() + 55 * 60_000), earlyMinutes: 60 });
    await refused(/Families are booking on this server/);
    // In ten minutes they do.
    await setOpening(open, { opensAt: new Date(EVE.getTime() + 70 * 60_000), earlyMinutes: 60 });
    await refused(/opens soon/);
    await Event.updateOne({ _id: open._id }, { $set: { status: 'archived' } });
    await setOpening(event, { opensAt: new Date(EVE.getTime() + HOUR_MS), earlyMinutes: 120 });
    await refused(/Booking is open/);
    await setOpening(event, { opensAt: new Date(EVE.getTime() + 24 * HOUR_MS), earlyMinutes: 0 });
    const other = await makeConference({ booking: { opensAt: new Date(EVE.getTime() + 10 * 60_000) } });
    await refused(/An event on this server opens soon/);
    await Event.deleteOne({ _id: other.event._id });
    await SyncRun.create({
      ...{ account, event: event._id, trigger: 'sync now', purpose: 'sync', state: 'queued', createdAt: EVE },
    } as never);
    await refused(/A roster sync is waiting or running/);
  });

  it('check what is typed, field by field, and how long it takes', async () => {
    for (const [fields, says] of [
      [{ families: 4 }, /how many families come: 3 or less/],
      [{ families: '' }, /Enter how many families come as a number/],
      [{ firstMinutes: 60, restMinutes: 180, pace: 1 }, /takes more than 60 minutes/],
      [{ pace: 1000 }, /Select how fast it is played/],
    ] as const) {
      const answer = await start(fields);
      assert.equal(answer.status, 422);
      assert.match(answer.text, says);
    }
    assert.equal(await Rehearsal.countDocuments(), 0);
  });

  it('tell what came of it, and what to do', async () => {
    const [{ resource }] = school.teachers as [Conference['teachers'][number]];
    const outcome: RehearsalOutcome = {
      ...{ families: 3, contented: 1, empty: 1, wanted: 6, booked: 3, tookMs: 65_000, minutes: [2, 0, 1] },
      ...{ failed: 2, quicker: 2, faults: 2, moreTeachers: 0, queued: 4 },
      pages: [{ page: 'times', count: 9, p50: 120, p95: 4200, most: 5000 }],
      unmet: [
        { reason: 'full', count: 2 },
        { reason: 'household limit', count: 1 },
        { reason: 'no times', count: 3 },
      ],
      teachers: [
        { resource: resource._id, wanted: 4, booked: 2, without: 2, fullAt: 2 },
        { resource: account, wanted: 3, booked: 0, without: 3, noTimes: true },
      ],
    };
    const { _id } = await Rehearsal.create({
      ...{
        account,
        event: school.event._id,
        by: account,
        createdAt: EVE,
        plan: FORM,
        state: 'done',
        outcome,
      },
    });
    const { text } = await admin.get(`${home}/${String(_id)}`);
    for (const said of [
      /All families came, but 2 families couldn’t finish because a page failed/,
      /2 pages failed/,
      /For 3 appointments the teacher has no times yet/,
      /<td data-label="Full">No times yet/,
      /as families came/,
      /After 2 minutes/,
      /1 teacher has fewer times than families ask for/,
      /There’s no waitlist/,
      /A limit of this event refused 1 appointment/,
      /took longer than 4 seconds/,
      /2 times, somebody else took a time a moment earlier/,
    ])
      assert.match(text, said);
    // Six minutes were planned.
    await Rehearsal.updateOne({ _id }, { $set: { 'outcome.tookMs': 400_000 } });
    assert.match((await admin.get(`${home}/${String(_id)}`)).text, /as fast as this server could/);
    assert.doesNotMatch(text, /data-progress-url|http-equiv="refresh"/);
    await Rehearsal.updateOne(
      { _id },
      { $set: { state: 'broken off', why: 'no right' }, $unset: { outcome: 1 } },
    );
    assert.match((await admin.get(`${home}/${String(_id)}`)).text, /may not make a second database/);
  });

  it('leave the login of the database as its address says, and tell apart installations with long names', () => {
    assert.equal(scratchOf(account).uri, connectedAddress());
    const starts = ['slotbell_northfield_hs', 'slotbell_northfield_ms'].map(nameStart);
    assert.notEqual(starts[0], starts[1]);
    for (const start of starts) assert.ok(start.length <= 38 - 10);
  });

  it('know what a database says that allows no second one', () => {
    assert.ok(lacksRight(Object.assign(new Error('not authorized'), { code: 13 })));
    assert.ok(lacksRight(Object.assign(new Error('user is not allowed'), { code: 8000 })));
    assert.ok(lacksRight(new Error('wrapped', { cause: Object.assign(new Error('no'), { code: 13 }) })));
    assert.ok(!lacksRight(new Error('away')));
  });
});
