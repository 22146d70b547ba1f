import assert from 'node:assert/strict';
import { closeWishes } from '../../server/draw/close-wishes.js';
import { saveDraw } from '../../server/draw/start-draw.js';
import { deleteBookkeeping } from '../../server/database/delete-bookkeeping.js';
import { openBooking } from '../../server/events/open-booking.js';
import { formOf } from '../../server/events/schema.js';
import { joinBySchool } from '../../server/households/join-household.js';
import { leaveHousehold } from '../../server/households/leave-household.js';
import { moveWishes } from '../../server/households/move-wishes.js';
import { Appointment } from '../../server/models/appointment.js';
import { Draw } from '../../server/models/draw.js';
import { DrawEntry } from '../../server/models/draw-entry.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { HouseholdChange } from '../../server/models/household-change.js';
import { Notification } from '../../server/models/notification.js';
import { EVE } from '../support/booking/conference.js';
import { asApp } from '../support/scans.js';
import { HOUR, later, running, Round } from '../support/booking/round.js';

describe('a preference round while things change', () => {
  let round: Round;

  beforeEach(async () => {
    round = await Round.open();
  });

  /** Of whom a household's entry wishes for a meeting. */
  const wishedBy = async ({ _id }: Pick<Household, '_id'>) =>
    (await DrawEntry.findOne({ household: _id }).lean())?.wishes.map(({ students }) => students.map(String));

  it('keeps wishes where adults join and part: those of both, up to as many as count, each once', async () => {
    await round.start({ most: 3 });
    const [kim, lou] = [await round.family(0), await round.family(1)];
    const account = round.desk.fair.account._id;
    const [first, second] = round.desk.fair.students.map(({ _id }) => String(_id));
    const sent = await DrawEntry.findOne({ household: lou.household._id }).orFail().lean();
    const decided = { account, household: kim.household._id, adult: lou.user._id, by: kim.user._id };
    assert.equal(await asApp(() => joinBySchool(round.desk.test.deps, decided)), true);
    // By turns: the dearest of both are in.
    assert.deepEqual(await wishedBy(kim.household), [[first], [second], [first]]);
    assert.equal(await DrawEntry.countDocuments(), 1);
    // Of the one that had no room both hear, by mail and on the page.
    const told = await Notification.find({ key: /^household:/ }).lean();
    assert.equal(told.length, 2);
    for (const { text } of told)
      assert.match(text, /1 of your preferences was left out, [^:]*:\n\S*\/draw\n$/);
    const said = /1 preference was left out, because a family can send 3 at most/;
    assert.match((await lou.visitor.get(`${round.desk.home}/draw`)).text, said);
    // Done again after a death it changes nothing.
    await asApp(() => moveWishes(lou.household._id, kim.household._id, EVE));
    await DrawEntry.create(sent);
    await asApp(() => moveWishes(lou.household._id, kim.household._id, EVE));
    assert.deepEqual(await wishedBy(kim.household), [[first], [second], [first]]);
    assert.equal(await DrawEntry.countDocuments(), 1);

    const joined = await Household.findById(kim.household._id).orFail().lean();
    const leaving = { by: kim.user._id, adult: lou.user._id };
    assert.equal(await asApp(() => leaveHousehold(round.desk.test.deps, joined, leaving)), true);
    const fresh = await Household.findOne({ account, adults: lou.user._id }).orFail().lean();
    assert.deepEqual(await wishedBy(kim.household), [[first], [first]]);
    assert.deepEqual(await wishedBy(fresh), [[second]]);

    // Into a household that wishes nothing they go as they are.
    const ana = await round.desk.parentOf(2);
    const again = { account, household: ana.household._id, adult: kim.user._id, by: ana.user._id };
    assert.equal(await asApp(() => joinBySchool(round.desk.test.deps, again)), true);
    assert.deepEqual(await wishedBy(ana.household), [[first], [first]]);
    round.desk.test.setNow(later(HOUR));
    await round.run();
    assert.equal(await Appointment.countDocuments({ household: ana.household._id, state: 'booked' }), 2);
    assert.equal(await Appointment.countDocuments({ household: fresh._id, state: 'booked' }), 1);
  });

  it('joins wishes for siblings into one meeting where the school has them together', async () => {
    await Event.updateOne({}, { $set: { 'booking.siblings': 'together' } });
    await round.start();
    const [kim, lou] = [await round.family(0), await round.family(1)];
    const of = { account: round.desk.fair.account._id, household: kim.household._id };
    await asApp(() => joinBySchool(round.desk.test.deps, { ...of, adult: lou.user._id, by: kim.user._id }));
    const both = round.desk.fair.students.slice(0, 2).map(({ _id }) => String(_id));
    assert.deepEqual(await wishedBy(kim.household), [both, both]);
  });

  const close = () =>
    asApp(async () => {
      round.desk.test.setNow(later(HOUR));
      const draw = await Draw.findOne().orFail().lean();
      return closeWishes(round.desk.test.deps, draw, await Event.findOne().orFail().lean());
    });
  const bookedBy = ({ _id }: Pick<Household, '_id'>) =>
    Appointment.countDocuments({ household: _id, state: 'booked' });

  it('books what was drawn for adults who join meanwhile, and waits while they do', async () => {
    await round.start();
    const [kim, lou] = [await round.family(0), await round.family(1)];
    const account = round.desk.fair.account._id;
    // At other times than the other family: they are one when it is booked.
    const [first, second] = round.desk.fair.teachers.map(({ slots }) => slots);
    for (const [at, slot] of [first![2]!, second![3]!].entries())
      await DrawEntry.updateOne(
        { household: lou.household._id },
        {
          $set: {
            [`wishes.${at}.slots`]: [slot._id],
            [`wishes.${at}.froms`]: [slot.from],
            [`wishes.${at}.any`]: false,
          },
        },
      );
    await close();
    const decided = { account, household: kim.household._id, adult: lou.user._id, by: kim.user._id };
    assert.equal(await asApp(() => joinBySchool(round.desk.test.deps, decided)), true);
    assert.equal(await DrawEntry.countDocuments(), 2);
    // As while it isn't finished.
    await HouseholdChange.updateOne({}, { $set: { state: 'accepted' } });
    await round.run();
    assert.equal(await Appointment.countDocuments(), 0);
    assert.equal((await Draw.findOne().orFail().lean()).state, 'booking');
    await HouseholdChange.updateOne({}, { $set: { state: 'done' } });
    await round.run();
    assert.equal(await bookedBy(kim.household), 4);
    assert.equal((await Draw.findOne().orFail().lean()).state, 'done');
    assert.equal(await Notification.countDocuments({ key: /^draw:/ }), 4);
  });

  for (const when of ['before', 'after'])
    it(`books for an adult who leaves just ${when} it’s drawn what was drawn for their children`, async () => {
      await round.start({ most: 4 });
      const [kim, lou] = [await round.family(0), await round.family(1)];
      const account = round.desk.fair.account._id;
      const decided = { account, household: kim.household._id, adult: lou.user._id, by: kim.user._id };
      await asApp(() => joinBySchool(round.desk.test.deps, decided));
      if (when === 'after') await close();
      else round.desk.test.setNow(later(HOUR));
      const joined = await Household.findById(kim.household._id).orFail().lean();
      const leaving = { by: kim.user._id, adult: lou.user._id };
      assert.equal(await asApp(() => leaveHousehold(round.desk.test.deps, joined, leaving)), true);
      const fresh = await Household.findOne({ account, adults: lou.user._id }).orFail().lean();
      // As while it isn't finished.
      const leave = { kind: 'leave' as const };
      await HouseholdChange.updateOne(leave, { $set: { state: 'accepted' } });
      await round.run();
      assert.equal(await Appointment.countDocuments(), 0);
      await HouseholdChange.updateOne(leave, { $set: { state: 'done' } });
      await round.run();
      assert.deepEqual([await bookedBy(kim.household), await bookedBy(fresh)], [2, 2]);
      const mails = await Notification.find({ key: /^draw:/ }).lean();
      assert.deepEqual(mails.map(({ to }) => to).sort(), [kim.user.email, lou.user.email].sort());
      for (const { text } of mails) assert.match(text, /These 2 meetings are booked for you/);
      // Of what went along nothing is said, and the line, which tells of it, isn't shown.
      const page = (await kim.visitor.get(`${round.desk.home}/draw`)).text;
      assert.equal(page.match(/You asked for/g)?.length, 2);
      assert.ok(!page.includes('data-line'));
    });

  it('keeps nothing of what was read where an adult left while it was read', async () => {
    await round.start({ most: 4 });
    const [kim, lou] = [await round.family(0), await round.family(1)];
    const account = round.desk.fair.account._id;
    const decided = { account, household: kim.household._id, adult: lou.user._id, by: kim.user._id };
    await asApp(() => joinBySchool(round.desk.test.deps, decided));
    const joined = await Household.findById(kim.household._id).orFail().lean();
    const leaving = { by: kim.user._id, adult: lou.user._id };
    const asked = DrawEntry as unknown as { find: (...args: unknown[]) => object };
    const real = asked.find;
    asked.find = (...args) => {
      asked.find = real;
      const query = real.apply(DrawEntry, args) as ReturnType<typeof DrawEntry.find>;
      return Object.assign(query, {
        async *[Symbol.asyncIterator]() {
          yield* await query.exec();
          assert.equal(await leaveHousehold(round.desk.test.deps, joined, leaving), true);
        },
      });
    };
    assert.equal(await close(), false);
    assert.equal((await Draw.findOne().orFail().lean()).state, 'collecting');
    assert.equal(await close(), true);
    await round.run();
    const fresh = await Household.findOne({ account, adults: lou.user._id }).orFail().lean();
    assert.deepEqual([await bookedBy(kim.household), await bookedBy(fresh)], [2, 2]);
  });

  it('says to families who may book earlier when booking opens for them', async () => {
    await Event.updateOne({}, { $set: { 'booking.earlyMinutes': 60, 'booking.earlyChildren': 1 } });
    await round.start({ most: 3 });
    await round.family(0);
    // More than one meeting with a teacher is not to be had.
    const { wishes } = await DrawEntry.findOne().orFail().lean();
    await DrawEntry.updateOne({}, { $push: { wishes: wishes[0] } });
    round.desk.test.setNow(later(HOUR));
    await round.run();
    const said = /1 preference couldn’t be met\. Booking opens on [^.]*2:00 PM/;
    assert.match((await Notification.findOne().orFail().lean()).text, said);
    await Draw.updateOne({}, { $set: { state: 'canceled' } });
    await round.run();
    const canceled = await Notification.findOne({ key: /^draw-canceled/ })
      .orFail()
      .lean();
    assert.match(canceled.text, /yourself from [^.]*2:00 PM/);
  });

  it('holds the opening of booking back while it lasts', async () => {
    await round.start();
    await round.family(0);
    const home = `/events/${String(round.desk.fair.event._id)}`;
    const opened = await round.office.post(`${home}/opening`, {}, `${home}/opening`);
    assert.equal(opened.headers.location, round.settings);
    assert.match(
      (await round.office.get(round.settings)).text,
      /Booking can’t open while the preference round lasts/,
    );
    const event = await Event.findOne().orFail().lean();
    const save = (more: object) => {
      const form = { ...formOf(event), ...more } as Record<string, string>;
      return round.office.post(`${home}/settings`, form, `${home}/settings`);
    };
    const refused = await save({ opensAt: '2026-11-23T13:30' });
    assert.match(refused.text, /the earliest that booking can open to the first families is [^.]*2:00 PM/);
    assert.equal((await save({ earlyMinutes: 61 })).status, 422);
    assert.deepEqual((await Event.findOne().orFail().lean()).booking, event.booking);
    assert.equal((await save({ opensAt: '2026-11-23T14:00' })).status, 303);
    // A form that was read before the round began, and one of the round that was read before the opening changed, change nothing.
    const actor = { account: event.account, user: event._id } as unknown as Parameters<typeof saveDraw>[1];
    const { draw: _draw, ...before } = event;
    assert.equal((await asApp(() => openBooking(actor, before, later(4 * HOUR)))).ok, false);
    const terms = { from: EVE, until: later(2 * HOUR), most: 2 };
    assert.deepEqual(await asApp(() => saveDraw(round.desk.test.deps, actor, event, terms)), {
      ok: false,
      reason: 'opening changed',
    });
    assert.deepEqual((await Draw.findOne().orFail().lean()).until, later(HOUR));
  });

  it('is shown again where a death left its event without it', async () => {
    await round.start();
    await Event.updateOne({}, { $unset: { draw: 1 } });
    await round.run();
    assert.deepEqual((await Event.findOne().orFail().lean()).draw?.until, later(HOUR));
  });

  it('is canceled, and families are told, where its seed can’t be opened anymore', async () => {
    await round.start();
    await round.family(0);
    await Draw.updateOne({}, { $set: { seed: 'v1.sealed.with.another' } });
    round.desk.test.setNow(later(HOUR));
    await round.run();
    await round.run();
    assert.equal(await Draw.countDocuments(), 0);
    assert.match((await Notification.findOne().orFail().lean()).text, /has canceled the preference round/);
  });

  it('goes some time after the event', async () => {
    await round.start();
    await round.family(0);
    const old = new Date('2026-11-25');
    await asApp(() => deleteBookkeeping(new Date('2026-11-24'), running));
    assert.equal(await DrawEntry.countDocuments(), 1);
    await asApp(() => deleteBookkeeping(old, running));
    assert.deepEqual([await Draw.countDocuments(), await DrawEntry.countDocuments()], [0, 0]);
  });
});
