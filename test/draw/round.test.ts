import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import type { DrawList, DrawShare } from '../../server/draw/close-wishes.js';
import { drawWishes, hashSeed } from '../../server/draw/draw-wishes.js';
import { saveWishes } from '../../server/draw/save-wishes.js';
import { mergeContacts } from '../../server/duplicates/merge-contacts.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { coveredMinutes, Slot } from '../../server/models/slot.js';
import { keepOfLost } from '../../server/families/keep-appointments.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Draw } from '../../server/models/draw.js';
import { DrawEntry } from '../../server/models/draw-entry.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { unseal } from '../../server/seal.js';
import { Visitor } from '../support/app.js';
import { EVE, findDoubles, makeHousehold } from '../support/booking/conference.js';
import { asApp } from '../support/scans.js';
import { HOUR, later, Round } from '../support/booking/round.js';

describe('a preference round', () => {
  let round: Round;

  beforeEach(async () => {
    round = await Round.open();
  });

  it('is set up, wished in, drawn, booked, told once and checked by anybody', async () => {
    const early = await round.start({ until: '2026-11-23T16:00' });
    assert.match(
      early.text,
      /Enter a time for the draw that’s at least an hour before booking opens [^.]*: by [^.]*2:00 PM/,
    );
    assert.equal((await round.start({ until: '2026-11-23T14:01' })).status, 422);
    assert.equal((await round.start()).status, 303);
    const { hash, seed: sealed } = await Draw.findOne().orFail().lean();
    const seed = unseal(sealed, round.desk.test.deps.config.appSecret) ?? '';
    assert.match(seed, /^[0-9a-f]{64}$/);
    const families = [await round.family(0), await round.family(1), await round.family(2)];
    // Sent again in place of the first; the code stays.
    assert.equal((await round.wish(families[0]!.visitor, 0, 'any')).status, 303);
    assert.equal(await DrawEntry.countDocuments(), 3);
    const stranger = new Visitor(round.desk.test.app);
    const before = (await stranger.get(`${round.desk.home}/draw`)).text;
    assert.ok(before.includes(hash) && !before.includes(seed));
    assert.equal((await families[0]!.visitor.get(`${round.desk.home}/draw/list`)).status, 404);
    assert.match((await stranger.get(round.desk.home)).text, /Preference round before booking opens/);

    round.desk.test.setNow(later(HOUR - 1));
    await round.run();
    assert.equal(await Appointment.countDocuments(), 0);
    round.desk.test.setNow(later(HOUR));
    assert.equal((await round.wish(families[1]!.visitor, 1)).status, 422);
    await round.run();
    await round.run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 6);
    assert.deepEqual(await findDoubles(round.desk.fair), []);
    const mails = await Notification.find({ key: /^draw:/ }).lean();
    assert.equal(mails.length, 3);
    assert.equal(await Notification.countDocuments(), 3);
    assert.match(mails[0]!.text, /has drawn the times\. These 2 meetings are booked for you/);

    // To families only what tells of nobody else.
    assert.match((await stranger.get(`${round.desk.home}/draw/list`)).headers.location ?? '', /^\/login/);
    const share = (await families[0]!.visitor.get(`${round.desk.home}/draw/list`)).body as DrawShare;
    assert.deepEqual(Object.keys(share), ['hash', 'seed', 'digest', 'turns', 'lines']);
    assert.deepEqual([share.hash, share.seed, share.turns.length, share.lines.length], [hash, seed, 3, 3]);
    for (const { visitor } of families) {
      const page = (await visitor.get(`${round.desk.home}/draw`)).text;
      assert.match(page, /Your family had turn [123] of 3, by the code <strong>\w{4}-\w{4}</);
      assert.match(page, /Drawn: Tue, Nov 24, 5:\d0 PM/);
      const line = (/data-line="([^"]*)"/.exec(page)?.[1] ?? '').replaceAll('&#34;', '"');
      assert.ok(share.lines.includes(hashSeed(line)), 'the family’s part is in the list');
    }
    const list = (await round.office.get(`${round.settings}/list`)).body as DrawList;
    assert.deepEqual(list.drawn, drawWishes(list.input, seed));
    const text = JSON.stringify(list);
    for (const { _id } of [
      ...round.desk.fair.students,
      ...round.desk.fair.teachers.map(({ resource }) => resource),
    ])
      assert.ok(!text.includes(String(_id)), 'the list has no ids');
    assert.equal((await families[0]!.visitor.get(`${round.settings}/list`)).status, 404);
    assert.equal((await Draw.findOne().orFail().lean()).keys, undefined);
    assert.match(
      (await families[0]!.visitor.get(`${round.desk.home}/draw`)).text,
      /\/appointments\/[0-9a-f]{24}/,
    );
    const settings = async () => (await round.office.get(round.settings)).text;
    assert.match(await settings(), /The draw is done[^.]*\. Nobody was told: no email server is set up/);
    round.desk.test.deps.config.smtpUrl = 'smtp://127.0.0.1:9';
    assert.match(await settings(), /Families with a confirmed email address got an email/);
    // What is drawn can be changed and canceled like any meeting; nothing can be drawn again.
    assert.equal((await round.start()).status, 422);
    assert.equal((await round.office.post(`${round.settings}/stop`, {}, round.settings)).status, 422);
  });

  it('is called off with all wishes while they are open; the next one has another seed', async () => {
    await round.start();
    await round.family(0);
    const { seed } = await Draw.findOne().orFail().lean();
    await round.start({ most: 3 });
    assert.equal((await Draw.findOne().orFail().lean()).seed, seed);
    assert.match(
      (await round.office.get(`${round.settings}/stop`)).text,
      /2 preferences of 1 family will be deleted/,
    );
    assert.equal((await round.office.post(`${round.settings}/stop`, {}, round.settings)).status, 303);
    assert.equal((await new Visitor(round.desk.test.app).get(`${round.desk.home}/draw`)).status, 404);
    assert.match((await round.start()).text, /Try again in a minute/);
    await round.run();
    assert.deepEqual([await Draw.countDocuments(), await DrawEntry.countDocuments()], [0, 0]);
    const [mail, ...others] = await Notification.find().lean();
    assert.match(mail!.text, /has canceled the preference round[^]*yourself from Monday, November 23/);
    assert.deepEqual(others, []);
    await round.start();
    assert.notEqual((await Draw.findOne().orFail().lean()).seed, seed);
  });

  it('takes wishes of the family’s own children and their teachers alone, within the limits of the event', async () => {
    await Event.updateOne({}, { $set: { 'booking.perHousehold': 1 } });
    await round.start();
    const { visitor } = await round.desk.parentOf(0);
    await makeHousehold(round.desk.fair.account._id, [round.desk.fair.students[1]!]);
    await round.wish(visitor, 1, 'any');
    assert.deepEqual((await DrawEntry.findOne().lean())?.wishes ?? [], []);
    await round.wish(visitor, 0, 'any');
    round.desk.test.setNow(later(HOUR));
    await round.run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    const said = /1 preference couldn’t be met\. Booking opens on Monday, November 23/;
    assert.match((await Notification.findOne().orFail().lean()).text, said);
    const page = (await visitor.get(`${round.desk.home}/draw`)).text;
    assert.match(page, /No time could be drawn[^]*Booking opens on/);
    assert.ok(!page.includes(String(round.desk.fair.students[1]!._id)));
    // Until the school says when it opens, nobody is told that they can book.
    await Event.updateOne({}, { $unset: { 'booking.opensAt': 1 } });
    assert.match(
      (await visitor.get(`${round.desk.home}/draw`)).text,
      /The school will tell you when you can book/,
    );
  });

  it('says that wishes are closed to who sends them while it closes, by the clock after they are written', async () => {
    await round.start();
    const { user, household } = await round.desk.parentOf(0);
    const draw = await Draw.findOne().orFail().lean();
    const event = await Event.findOne().orFail().lean();
    const times = [later(HOUR - 1), later(HOUR - 1), later(HOUR)];
    const family = { event, household, actor: { user: user._id } } as unknown as Parameters<
      typeof saveWishes
    >[2];
    const send = (at: Date[]) =>
      asApp(() => saveWishes({ now: () => at.shift() ?? later(HOUR) }, draw, family, [], ''));
    assert.equal(await send(times), 'closed');
    assert.equal(await send([EVE, EVE, EVE]), 'saved');
  });

  it('keeps to rules that changed after the wishes, and tells nobody how many other children a family has', async () => {
    await round.start();
    const { visitor } = await round.family(0);
    const { _id, adults } = await Household.findOne({ 'children.student': round.desk.fair.students[0]!._id })
      .orFail()
      .lean();
    await Household.updateOne(
      { _id },
      {
        $push: {
          children: { student: round.desk.fair.students[2]!._id, adult: adults[0], by: 'school', at: EVE },
        },
      },
    );
    await Class.updateOne({ _id: round.desk.fair.teachers[1]!.class._id }, { $set: { 'edits.allowed': 0 } });
    round.desk.test.setNow(later(HOUR));
    await Event.updateOne({}, { $set: { status: 'archived' } });
    await round.run();
    assert.equal((await Draw.findOne().orFail().lean()).state, 'collecting');
    await Event.updateOne({}, { $set: { status: 'active' } });
    await round.run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    const { input } = (await round.office.get(`${round.settings}/list`)).body as DrawList;
    assert.equal(input.children.length, 1);
    assert.deepEqual(input.families[0]?.wishes[1]?.slots, []);
    assert.match((await visitor.get(`${round.desk.home}/draw`)).text, /No time could be drawn/);
  });

  it('knows a teacher and a child under the contact that remains after a merge', async () => {
    await round.start();
    await round.family(0);
    const [keep, drop] = round.desk.fair.teachers;
    const [ana, leo] = round.desk.fair.students;
    const { account } = round.desk.fair.event;
    // Times of two teachers who are one must not overlap.
    for (const { _id, from, to } of drop!.slots) {
      const moved = { from: new Date(+from + HOUR), to: new Date(+to + HOUR) };
      await Slot.updateOne({ _id }, { $set: { ...moved, minutes: coveredMinutes(moved) } });
    }
    const { deps } = round.desk.test;
    const actor = { account, user: round.desk.fair.event._id };
    for (const [stays, goes] of [
      [keep!.contact._id, drop!.contact._id],
      [leo!._id, ana!._id],
    ] as const) {
      const pair = { contact: stays, candidate: goes, reason: { code: 'name' as const } };
      await noteDuplicates(account, [pair], EVE);
      const merged = await asApp(() => mergeContacts(deps, actor, stays, goes, keepOfLost(deps)));
      assert.equal(merged.ok, true);
    }
    const { wishes } = await DrawEntry.findOne().orFail().lean();
    assert.deepEqual(
      wishes.map(({ resource, students }) => [resource, students]),
      [keep, keep].map((one) => [one!.resource._id, [leo!._id]]),
    );
  });

  it('books the others where one family fails, and is done when that one no longer does', async () => {
    await round.start();
    for (const n of [0, 1, 2]) await round.family(n);
    round.desk.test.setNow(later(HOUR));
    const bad = await DrawEntry.findOne().orFail().lean();
    const exec = mongoose.Query.prototype.exec;
    mongoose.Query.prototype.exec = function (this: mongoose.Query<unknown, unknown>) {
      const { _id, household } = this.getFilter() as { _id?: unknown; household?: unknown };
      const isBooking =
        this.model === (Appointment as unknown) && String(household) === String(bad.household);
      if (isBooking && _id === undefined && 'draw' in this.getFilter())
        return Promise.reject(new Error('bad'));
      return exec.call(this);
    } as typeof exec;
    await assert.rejects(round.run(), /bad/);
    mongoose.Query.prototype.exec = exec;
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 4);
    assert.equal((await Draw.findOne().orFail().lean()).state, 'booking');
    await round.run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 6);
    assert.equal(await Notification.countDocuments({ key: /^draw:/ }), 3);
    assert.equal((await Draw.findOne().orFail().lean()).state, 'done');
  });

  it('survives a death at any of its reads and writes: nothing is booked twice or lost', async () => {
    await round.start();
    for (const n of [0, 1]) await round.family(n);
    round.desk.test.setNow(later(HOUR));
    const exec = mongoose.Query.prototype.exec;
    let deaths = 0;
    for (let at = 1; at < 400 && (await Draw.findOne().orFail().lean()).state !== 'done'; at += 4) {
      let calls = 0;
      mongoose.Query.prototype.exec = function (this: mongoose.Query<unknown, unknown>) {
        if (++calls >= at) return Promise.reject(new Error('died'));
        return exec.call(this);
      } as typeof exec;
      await round.run().catch(() => deaths++);
      mongoose.Query.prototype.exec = exec;
      // A hold of the dead one has run out by then.
      if (at % 8 === 1) round.desk.test.setNow(new Date(round.desk.test.deps.now().getTime() + 11 * 60_000));
    }
    assert.ok(deaths > 3, String(deaths));
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 4);
    assert.deepEqual(await findDoubles(round.desk.fair), []);
    assert.equal(await Notification.countDocuments({ key: /^draw:/ }), 2);
    const outcomes = (await DrawEntry.find().lean()).flatMap(({ outcome = [] }) => outcome);
    assert.ok(outcomes.every(({ appointment }) => appointment));
  });
});
