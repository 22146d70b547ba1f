import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Slot } from '../../server/models/slot.js';
import { makeUser, Visitor } from '../support/app.js';
import { bookSlot, wishOf } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';

describe('the second slot of a longer meeting', () => {
  let desk: Desk;
  let admin: Visitor;
  let event: string;

  /** Of one teacher's four slots the first two are one meeting of the first child. */
  beforeEach(async () => {
    desk = await Desk.open({ teachers: 1, slots: 4, booking: { inARow: 2 } });
    const { household } = await desk.parentOf(0);
    const booked = await bookSlot(desk.test.deps, wishOf(desk.fair, household, slot(0)), 2);
    assert.ok(booked.ok);
    event = String(desk.fair.event._id);
    admin = await new Visitor(desk.test.app).logIn(await makeUser(desk.fair.account._id, 'administrator'));
  });
  const slot = (n: number) => desk.fair.teachers[0]!.slots[n]!;
  const textOf = async (path: string) => {
    const page = await admin.get(path);
    assert.equal(page.status, 200, path);
    return page.text.replace('\uFEFF', '');
  };

  it('is booked on the slots’ pages and the day sheet, which say whose it is and how long it lasts', async () => {
    const resource = String(desk.fair.teachers[0]!.resource._id);
    const marks = [...(await textOf(`/events/${event}/slots/${resource}`)).matchAll(/(\d) of 1/g)];
    assert.deepEqual(
      marks.map(([, booked]) => booked),
      ['1', '1', '0', '0'],
    );
    assert.match(
      await textOf(`/events/${event}/slots`),
      /data-label="Slots">4<[\s\S]*data-label="Booked">2</,
    );
    const second = await textOf(`/events/${event}/day-sheet/${String(slot(1)._id)}`);
    assert.match(second, /1 of 1[\s\S]*Ana[\s\S]*Lasts 5:00–5:20 PM/);
    const sheet = await textOf(`/events/${event}/day-sheet`);
    for (const [n, isAnas] of [true, true, false].entries()) {
      const [block = ''] = new RegExp(`day-sheet/${String(slot(n)._id)}"[\\s\\S]*?</a>`).exec(sheet) ?? [];
      assert.equal(block.includes('Ana'), isAnas, block || 'not there');
    }
  });

  it('is no free time in the reports', async () => {
    const rows = (await textOf(`/reports/${event}/schedule.csv`)).trim().split('\n').slice(1);
    assert.equal(rows.filter((row) => row.includes(',Free')).length, 2);
    assert.equal(rows.length, 3);
    assert.match(await textOf(`/reports/${event}/hours.csv`), /11\/24\/2026,5 PM,2,2,4,50/);
  });

  it('is no free place in the overview', async () => {
    assert.match(await textOf(`/events/${event}`), /<dt>Free now<\/dt>\s*<dd><a [^>]*>2</);
  });

  it('stays when slots are removed or changed', async () => {
    const home = `/events/${event}/slots/${String(desk.fair.teachers[0]!.resource._id)}`;
    const fields = { action: 'remove', ids: [1, 2].map((n) => String(slot(n)._id)), sure: '1' };
    await admin.post(`${home}/changes`, fields, home);
    assert.match(await textOf(home), /1 booked slot stays/);
    assert.deepEqual(
      (await Slot.find().sort({ from: 1 }).lean()).map(({ _id }) => _id),
      [0, 1, 3].map((n) => slot(n)._id),
    );
    const resources = String(desk.fair.teachers[0]!.resource._id);
    await admin.post(
      `/events/${event}/slots/bulk`,
      { resources, minutes: '5', sure: '1' },
      `/events/${event}/slots`,
    );
    for (const n of [0, 1])
      assert.deepEqual((await Slot.findById(slot(n)._id).lean())?.to, slot(n).to, String(n));
    const [booked] = await Appointment.find({ state: 'booked' }).lean();
    assert.deepEqual(booked?.to, slot(1).to);
  });

  it('is in no family’s plan, nor a button on the page of times', async () => {
    const { visitor } = await desk.parentOf(1);
    const times = (await visitor.get(desk.timesPath(0, 1))).text;
    for (const [n, isOffered] of [false, false, true, true].entries())
      assert.equal(times.includes(`value="${String(slot(n)._id)}"`), isOffered, String(n));
    const form = (await visitor.get(`${desk.home}/plan?again=${String(new Types.ObjectId())}`)).text;
    const values = (name: string) =>
      [...form.matchAll(new RegExp(`name="${name}" value="([^"]+)"`, 'g'))].map(([, value]) => value!);
    const made = await visitor.agent
      .post(`${desk.home}/plan`)
      .type('form')
      .send({
        _csrf: hidden(form, '_csrf'),
        key: hidden(form, 'key'),
        wish: values('wish'),
        day: values('day'),
      });
    assert.equal(made.status, 303, made.text);
    const [held] = await Appointment.find({ state: 'pending' }).lean();
    assert.deepEqual(held?.slot, slot(2)._id);
    assert.equal(await Appointment.countDocuments({ state: { $in: ['pending', 'expired'] } }), 1, 'at once');
  });
});
