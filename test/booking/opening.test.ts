import assert from 'node:assert/strict';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { holdSlot } from '../../server/booking/hold-slot.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Household, type ChildProof } from '../../server/models/household.js';
import { readForm } from '../../server/scratch/read-form.js';
import { bookSlot, EVE, makeHousehold, wishOf } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { makeUser, Visitor } from '../support/app.js';
import { makePerson } from '../support/classes/school-day.js';
import { asApp } from '../support/scans.js';

const HOUR = 3600_000;
const later = (ms: number) => new Date(EVE.getTime() + ms);

describe('the opening of booking', () => {
  let desk: Desk;
  const set = (booking: Partial<Event['booking']>) =>
    Event.findOneAndUpdate(
      {},
      { $set: Object.fromEntries(Object.entries(booking).map(([key, value]) => [`booking.${key}`, value])) },
      { returnDocument: 'after' },
    )
      .orFail()
      .lean();

  beforeEach(async () => {
    desk = await Desk.open({ students: 3, booking: { opensAt: later(HOUR) } });
  });

  it('is said with its zone, counted down to and loaded again, without a promise that needs it', async () => {
    const stranger = new Visitor(desk.test.app);
    const before = (await stranger.get(desk.home)).text;
    assert.match(before, /Booking opens on Monday, November 23 at 1:00 PM \(Central Time\)/);
    assert.match(before, /data-opens-in="3600000"/);
    const [, seconds] = /<noscript><meta http-equiv="refresh" content="(\d+)">/.exec(before) ?? [];
    assert.ok(Number(seconds) > 3600 && Number(seconds) <= 3604, seconds);
    assert.doesNotMatch(before, /two minutes/);
    assert.deepEqual((await stranger.get(`${desk.home}/opening`)).body, { leftMs: HOUR });

    desk.test.setNow(later(HOUR));
    const open = (await stranger.get(desk.home)).text;
    assert.match(open, /two minutes/);
    assert.doesNotMatch(open, /data-opens-in|http-equiv="refresh"/);
    assert.deepEqual((await stranger.get(`${desk.home}/opening`)).body, { leftMs: 0 });

    await set({ closesAt: later(2 * HOUR) });
    desk.test.setNow(later(2 * HOUR));
    const closed = (await stranger.get(desk.home)).text;
    assert.match(closed, /Booking closed on Monday, November 23 at 2:00 PM \(Central Time\)/);
    assert.doesNotMatch(closed, /two minutes|data-opens-in/);
    assert.deepEqual((await stranger.get(`${desk.home}/opening`)).body, { leftMs: null });
  });

  it('is not early by a millisecond: who comes before is told the moment', async () => {
    const { visitor } = await desk.parentOf(0);
    desk.test.setNow(later(HOUR - 1));
    const early = await desk.choose(visitor, 0, 0);
    assert.equal(early.headers.location, desk.home);
    assert.match(
      (await visitor.get(desk.home)).text,
      /Booking opens on Monday, November 23 at 1:00 PM \(Central Time\)/,
    );
    assert.equal(await Appointment.countDocuments({ state: { $ne: 'expired' } }), 0);
    desk.test.setNow(later(HOUR));
    assert.equal((await desk.choose(visitor, 0, 0)).status, 303);
  });

  describe('earlier for families with several children', () => {
    beforeEach(async () => {
      desk.fair.event = await set({ earlyMinutes: 30, earlyChildren: 2, staffAnytime: false });
    });
    const hold = async (household: Household, by: 'household' | 'school' = 'household') => {
      const event = await Event.findById(desk.fair.event._id).orFail().lean();
      const fair = { ...desk.fair, event };
      return asApp(() =>
        holdSlot(desk.test.deps, wishOf(fair, household, desk.fair.teachers[0]!.slots[0]!, { by })),
      );
    };
    const family = (count: number) =>
      makeHousehold(desk.fair.account._id, desk.fair.students.slice(0, count));

    it('lets them book, nobody else and nobody before', async () => {
      const [two, one] = [await family(2), await family(1)];
      desk.test.setNow(later(HOUR / 2 - 1));
      assert.deepEqual(await hold(two), { ok: false, reason: 'not open' });
      desk.test.setNow(later(HOUR / 2));
      assert.deepEqual(await hold(one), { ok: false, reason: 'not open' });
      // What the office may do is a setting of its own.
      assert.deepEqual(await hold(two, 'school'), { ok: false, reason: 'not open' });
      assert.ok((await hold(two)).ok);
      desk.test.setNow(later(HOUR));
      assert.ok((await hold(one)).ok);
    });

    it('counts only children who are in a class that takes part, and goes with the settings', async () => {
      const two = await family(2);
      desk.test.setNow(later(HOUR / 2));
      const [, second] = desk.fair.students;
      await Class.updateMany({}, { $pull: { 'synced.students': second!._id } });
      assert.deepEqual(await hold(two), { ok: false, reason: 'not open' });
      await Class.updateOne({}, { $push: { 'synced.students': second!._id } });
      assert.ok((await hold(two)).ok);
      await set({ earlyChildren: 3 });
      assert.deepEqual(await hold(await family(2)), { ok: false, reason: 'not open' });
      await set({ earlyChildren: 2, opensAt: later(3 * HOUR) });
      assert.deepEqual(await hold(await family(2)), { ok: false, reason: 'not open' });
    });

    it('and what is booked by then stays when the setting goes; what is only on hold does not', async () => {
      const two = await family(2);
      desk.test.setNow(later(HOUR / 2));
      const wish = wishOf(desk.fair, two, desk.fair.teachers[0]!.slots[0]!);
      const booked = await asApp(() => bookSlot(desk.test.deps, wish));
      assert.ok(booked.ok);
      const other = wishOf(desk.fair, await family(3), desk.fair.teachers[1]!.slots[1]!);
      const held = await asApp(() => holdSlot(desk.test.deps, other));
      assert.ok(held.ok);
      const event = await set({ earlyMinutes: 0 });
      const confirmed = await asApp(() =>
        confirmAppointment(desk.test.deps, {
          ...other,
          event,
          appointment: held.appointment._id,
          note: '',
        }),
      );
      assert.deepEqual(confirmed, { ok: false, reason: 'not open' });
      assert.deepEqual(await hold(two), { ok: false, reason: 'not open' });
      assert.equal((await Appointment.findById(booked.appointment._id).lean())?.state, 'booked');
    });

    it('is not borrowed with a child that is added for it, and says why; the school’s ties and earlier children count', async () => {
      const { visitor, user } = await desk.parentOf(0);
      const second = desk.fair.students[1]!;
      const ofSecond = { adults: user._id, 'children.student': second._id };
      const change = (by: ChildProof, at: Date) =>
        Household.updateOne(ofSecond, { $set: { 'children.$.by': by, 'children.$.at': at } });
      await set({ earlySince: later(-HOUR) });
      await Household.updateOne(
        { adults: user._id },
        {
          $push: {
            children: { student: second._id, adult: user._id, by: 'number and security value', at: EVE },
          },
        },
      );
      desk.test.setNow(later(HOUR / 2));
      const family = () => Household.findOne({ adults: user._id }).orFail().lean();
      const isEarly = async () => (await hold(await family())).ok;
      const why = /added after this was announced don’t count/;
      assert.equal(await isEarly(), false);
      assert.match((await visitor.get(desk.home)).text, why);
      assert.match((await visitor.get(`${desk.home}/plan`)).text, why);
      assert.deepEqual((await visitor.get(`${desk.home}/opening`)).body, { leftMs: HOUR / 2 });

      // The roster names the address as that of a guardian of the child; of somebody else it says nothing.
      const guardian = await makePerson(desk.fair.account._id, 'guardian', 'Kim Lopez');
      const name = (relationship: string) =>
        Contact.updateOne(
          { _id: guardian._id },
          {
            $set: {
              email: user.email,
              relations: [{ student: second.record!.id, relationship, type: '' }],
            },
          },
        );
      await name('Aunt');
      assert.equal(await isEarly(), false);
      await name('Parent');
      assert.doesNotMatch((await visitor.get(desk.home)).text, why);
      assert.equal(await isEarly(), true);
      await Contact.deleteOne({ _id: guardian._id });
      for (const [by, at, counts] of [
        ['number and security value', later(-2 * HOUR), true],
        ['number and security value', later(-HOUR), false],
        ['printed code', EVE, true],
        ['roster', EVE, true],
        ['school', EVE, true],
      ] as const) {
        await change(by, at);
        assert.equal(await isEarly(), counts, `${by} ${at.toISOString()}`);
      }
    });

    it('is known since it was first set, whatever else is saved after', async () => {
      const { _id, account } = desk.fair.event;
      const office = await new Visitor(desk.test.app).logIn(await makeUser(account, 'administrator'));
      const page = `/events/${String(_id)}/settings`;
      const save = async (at: Date, earlyMinutes: number) => {
        desk.test.setNow(at);
        const form = readForm((await office.get(page)).text, page, page)!;
        const fields = new Map<string, string | string[]>();
        for (const [key, value] of form.fields)
          fields.set(key, key === 'days' ? [...[fields.get(key) ?? []].flat(), value] : value);
        const answer = await office.agent
          .post(page)
          .type('form')
          .send({ ...Object.fromEntries(fields), earlyMinutes });
        assert.equal(answer.status, 303, answer.text);
        return (await Event.findById(_id).orFail().lean()).booking.earlySince;
      };
      await Event.updateOne({ _id }, { $unset: { 'booking.earlySince': 1 } });
      assert.equal(await save(later(-3), 15), undefined, 'it was on before anybody noted since when');
      assert.equal(await save(later(-2), 0), undefined);
      assert.deepEqual(await save(later(-1), 20), later(-1));
      assert.deepEqual(await save(EVE, 30), later(-1));
    });

    it('is said on the pages: to whom it applies, since when, and why', async () => {
      const { visitor, user } = await desk.parentOf(0);
      const say = /at least 2 children in this event can book from Monday, November 23 at 12:30 PM/;
      assert.match((await visitor.get(desk.home)).text, say);
      await Household.updateOne(
        { adults: user._id },
        {
          $push: {
            children: { student: desk.fair.students[1]!._id, adult: user._id, by: 'school', at: EVE },
          },
        },
      );
      const waiting = (await visitor.get(desk.home)).text;
      assert.match(waiting, /Booking opens on Monday, November 23 at 12:30 PM/);
      assert.match(waiting, /Everybody else can book from Monday, November 23 at 1:00 PM \(Central Time\)/);
      assert.deepEqual((await visitor.get(`${desk.home}/opening`)).body, { leftMs: HOUR / 2 });
      assert.match((await visitor.get('/my')).text, /Booking opens on Monday, November 23 at 12:30 PM/);
      desk.test.setNow(later(HOUR / 2));
      const page = await visitor.get(desk.timesPath());
      assert.ok(hidden(page.text, 'key'));
      assert.equal((await desk.choose(visitor, 0, 0)).status, 303);
      assert.match((await visitor.get(`${desk.home}/plan`)).text, /name="wish"/);
    });
  });
});
