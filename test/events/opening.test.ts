import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Event } from '../../server/models/event.js';
import { Slot } from '../../server/models/slot.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { startAs, type TestApp, type Visitor } from '../support/app.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-11-02T15:00:00Z');

describe('opening, closing and archiving an event', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let admin: Visitor;

  beforeEach(async () => {
    ({ test, account, visitor: admin } = await startAs('event administrator', NOW));
  });

  it('archiving says the numbers first, closes booking, stops sync, deletes nothing, and can be taken back', async () => {
    const event = await makeEvent(account, {
      booking: { opensAt: new Date('2026-11-01T14:00:00Z') },
      sync: { on: true, hour: 1, schools: [], terms: [], noTerm: false },
    });
    const run = await SyncRun.create({
      account,
      event: event._id,
      state: 'running',
      trigger: 'sync now',
      createdAt: NOW,
    });
    const teacher = await makeTeacher(event, 'Lee');
    await makeSlot(event, teacher, '2026-11-24T17:00');
    const home = `/events/${event._id.toHexString()}`;
    assert.match((await admin.get(`${home}/archive`)).text, /nightly sync of this event is turned off/);
    assert.equal((await Event.findById(event._id).lean())?.status, 'active');
    await admin.post(`${home}/archive`, {}, `${home}/archive`);
    const archived = await Event.findById(event._id).lean();
    assert.equal(archived?.status, 'archived');
    assert.equal(archived.sync?.on, false);
    assert.deepEqual(archived.booking.closesAt, NOW);
    assert.equal((await SyncRun.findById(run._id).lean())?.stopRequested, true);
    assert.equal(await Slot.countDocuments({ event: event._id }), 1);
    assert.match((await admin.get('/events?status=archived')).text, new RegExp(home));
    assert.doesNotMatch((await admin.get('/events')).text, new RegExp(home));
    assert.equal((await admin.post(`${home}/opening`, {}, home)).status, 409);
    await admin.post(`${home}/return`, {}, `${home}/settings`);
    assert.equal((await Event.findById(event._id).lean())?.status, 'active');
    assert.match((await admin.get(home)).text, /Booking closed on/);
  });

  it('opening says what is missing, opens now, and drops a closing time that is past', async () => {
    const event = await makeEvent(account, {
      booking: { opensAt: new Date('2026-10-01T00:00:00Z'), closesAt: new Date('2026-10-05T00:00:00Z') },
    });
    const home = `/events/${event._id.toHexString()}`;
    const ask = await admin.get(`${home}/opening`);
    assert.match(ask.text, /No roster is imported/);
    assert.match(ask.text, /There are no slots/);
    assert.equal((await Event.findById(event._id).lean())?.booking.opensAt?.getUTCMonth(), 9);
    assert.equal((await admin.post(`${home}/opening`, {}, home)).status, 303);
    const opened = await Event.findById(event._id).lean();
    assert.deepEqual(opened?.booking.opensAt, NOW);
    assert.equal(opened.booking.closesAt, undefined);
    assert.match((await admin.get(home)).text, /Booking is open/);
    test.setNow(new Date(NOW.getTime() + 60_000));
    assert.equal((await admin.post(`${home}/closing`, {}, home)).status, 303);
    assert.match((await admin.get(home)).text, /Booking closed on Monday, November 2 at 9:01 AM/);
  });

  it('opening keeps a closing time that lies ahead, and is refused when all days are over', async () => {
    const closesAt = new Date('2026-11-20T00:00:00Z');
    const event = await makeEvent(account, { booking: { closesAt } });
    const home = `/events/${event._id.toHexString()}`;
    await admin.post(`${home}/opening`, {}, home);
    assert.deepEqual((await Event.findById(event._id).lean())?.booking.closesAt, closesAt);
    const over = await makeEvent(account, { days: ['2026-10-30'] });
    assert.equal((await admin.post(`/events/${over._id.toHexString()}/opening`, {}, home)).status, 409);
  });

  it('closing before it opened takes the opening time away', async () => {
    const event = await makeEvent(account, { booking: { opensAt: new Date('2026-11-10T00:00:00Z') } });
    const home = `/events/${event._id.toHexString()}`;
    await admin.post(`${home}/closing`, {}, home);
    const closed = await Event.findById(event._id).lean();
    assert.equal(closed?.booking.opensAt, undefined);
    assert.equal(closed?.booking.closesAt, undefined);
  });

  it('a step that only a person can call done is ticked and unticked', async () => {
    const event = await makeEvent(account);
    const home = `/events/${event._id.toHexString()}`;
    await admin.post(`${home}/steps`, { step: 'link', done: '1' }, home);
    assert.deepEqual((await Event.findById(event._id).lean())?.checked, ['link']);
    await admin.post(`${home}/steps`, { step: 'link' }, home);
    assert.deepEqual((await Event.findById(event._id).lean())?.checked, []);
  });
});
