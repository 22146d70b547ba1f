import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { runDraws } from '../../server/draw/book-drawn.js';
import { drawWishes, type DrawInput } from '../../server/draw/draw-wishes.js';
import { saveWishes } from '../../server/draw/save-wishes.js';
import { renameWishes } from '../../server/duplicates/rename-wishes.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Draw } from '../../server/models/draw.js';
import { DrawEntry } from '../../server/models/draw-entry.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { makeUser, Visitor } from '../support/app.js';
import { EVE, findDoubles, makeHousehold } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { asApp } from '../support/scans.js';

const HOUR = 3600_000;
const later = (ms: number) => new Date(EVE.getTime() + ms);
const running = new AbortController().signal;

describe('a preference round', () => {
  let desk: Desk;
  let office: Visitor;
  let settings: string;
  const run = () => asApp(() => runDraws(desk.test.deps, running));

  beforeEach(async () => {
    desk = await Desk.open({ students: 3, slots: 4, booking: { opensAt: later(3 * HOUR) } });
    settings = `/events/${String(desk.fair.event._id)}/settings/draw`;
    const admin = await makeUser(desk.fair.account._id, 'administrator');
    office = await new Visitor(desk.test.app).logIn(admin);
  });

  const start = (more = {}) =>
    office.post(
      settings,
      { from: '2026-11-23T12:00', until: '2026-11-23T13:00', most: 2, ...more },
      settings,
    );
  /** A family that wishes for the first slot of both teachers, and takes any other. */
  async function family(n: number): Promise<{ visitor: Visitor; code: string }> {
    const { visitor } = await desk.parentOf(n);
    await wish(visitor, n, 'any');
    const page = (await visitor.get(`${desk.home}/draw`)).text;
    return { visitor, code: /list is <strong>(\w{8})</.exec(page)?.[1] ?? '' };
  }
  async function wish(visitor: Visitor, n: number, any = '') {
    const student = String(desk.fair.students[n]!._id);
    const fields = desk.fair.teachers.flatMap(({ resource, slots }, index) => {
      const key = `${student}:${String(resource._id)}`;
      return [
        [`rank-${key}`, String(index + 1)],
        [`first-${key}`, String(slots[index]!._id)],
        ...(any ? [[`any-${key}`, '1']] : []),
      ];
    });
    const path = `${desk.home}/draw/wishes`;
    return visitor.post(path, Object.fromEntries(fields), path);
  }

  it('is set up, wished in, drawn, booked, told once and checked by anybody', async () => {
    const early = await start({ until: '2026-11-23T16:00' });
    assert.match(early.text, /Enter an end at least an hour before booking opens/);
    assert.equal((await start({ until: '2026-11-23T14:01' })).status, 422);
    assert.equal((await start()).status, 303);
    const { hash, seed } = await Draw.findOne().orFail().lean();
    const families = [await family(0), await family(1), await family(2)];
    assert.equal(new Set(families.map(({ code }) => code)).size, 3);
    // Sent again in place of the first; the code stays.
    assert.equal((await wish(families[0]!.visitor, 0, 'any')).status, 303);
    assert.equal(await DrawEntry.countDocuments(), 3);
    const stranger = new Visitor(desk.test.app);
    const before = (await stranger.get(`${desk.home}/draw`)).text;
    assert.ok(before.includes(hash) && !before.includes(seed));
    assert.equal((await stranger.get(`${desk.home}/draw/list`)).status, 404);
    assert.match((await stranger.get(desk.home)).text, /Preference round before booking opens/);

    desk.test.setNow(later(HOUR - 1));
    await run();
    assert.equal(await Appointment.countDocuments(), 0);
    desk.test.setNow(later(HOUR));
    assert.equal((await wish(families[1]!.visitor, 1)).status, 422);
    await run();
    await run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 6);
    assert.deepEqual(await findDoubles(desk.fair), []);
    const mails = await Notification.find({ key: /^draw:/ }).lean();
    assert.equal(mails.length, 3);
    assert.equal(await Notification.countDocuments(), 3);
    assert.match(mails[0]!.text, /has drawn the times\. These 2 meetings are booked for you/);

    const after = await stranger.get(`${desk.home}/draw`);
    assert.ok(after.text.includes(seed));
    const list = (await stranger.get(`${desk.home}/draw/list`)).body as Record<string, unknown>;
    assert.equal(list.hash, hash);
    assert.deepEqual(list.drawn, drawWishes(list.input as DrawInput, seed));
    const text = JSON.stringify(list);
    for (const { _id } of [...desk.fair.students, ...desk.fair.teachers.map(({ resource }) => resource)])
      assert.ok(!text.includes(String(_id)), 'the list tells nobody who a family is');
    assert.match((await families[0]!.visitor.get(`${desk.home}/draw`)).text, /\/appointments\/[0-9a-f]{24}/);
    assert.match((await office.get(settings)).text, /The draw is done/);
    // What is drawn can be changed and canceled like any meeting; nothing can be drawn again.
    assert.equal((await start()).status, 422);
    assert.equal((await office.post(`${settings}/stop`, {}, settings)).status, 422);
  });

  it('is called off with all wishes while they are open; the next one has another seed', async () => {
    await start();
    await family(0);
    const { seed } = await Draw.findOne().orFail().lean();
    await start({ most: 3 });
    assert.equal((await Draw.findOne().orFail().lean()).seed, seed);
    assert.match((await office.get(`${settings}/stop`)).text, /2 wishes of 1 family will be deleted/);
    assert.equal((await office.post(`${settings}/stop`, {}, settings)).status, 303);
    assert.equal((await new Visitor(desk.test.app).get(`${desk.home}/draw`)).status, 404);
    assert.match((await start()).text, /Try again in a minute/);
    await run();
    assert.deepEqual([await Draw.countDocuments(), await DrawEntry.countDocuments()], [0, 0]);
    const [mail, ...others] = await Notification.find().lean();
    assert.match(mail!.text, /has canceled the preference round[^]*yourself from Monday, November 23/);
    assert.deepEqual(others, []);
    await start();
    assert.notEqual((await Draw.findOne().orFail().lean()).seed, seed);
  });

  it('takes wishes of the family’s own children and their teachers alone, within the limits of the event', async () => {
    await Event.updateOne({}, { $set: { 'booking.perHousehold': 1 } });
    await start();
    const { visitor } = await desk.parentOf(0);
    await makeHousehold(desk.fair.account._id, [desk.fair.students[1]!]);
    await wish(visitor, 1, 'any');
    assert.deepEqual((await DrawEntry.findOne().lean())?.wishes ?? [], []);
    await wish(visitor, 0, 'any');
    desk.test.setNow(later(HOUR));
    await run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    assert.match((await Notification.findOne().orFail().lean()).text, /1 wish couldn’t be fulfilled/);
    assert.ok(hidden((await visitor.get(`${desk.home}/draw`)).text, 'x') === '');
  });

  it('says that wishes are closed to who sends them while it closes, by the clock after they are written', async () => {
    await start();
    const { user, household } = await desk.parentOf(0);
    const draw = await Draw.findOne().orFail().lean();
    const event = await Event.findOne().orFail().lean();
    const times = [later(HOUR - 1), later(HOUR - 1), later(HOUR)];
    const family = { event, household, actor: { user: user._id } } as unknown as Parameters<
      typeof saveWishes
    >[2];
    const send = (at: Date[]) =>
      asApp(() => saveWishes({ now: () => at.shift() ?? later(HOUR) }, draw, family, []));
    assert.equal(await send(times), false);
    assert.equal(await send([EVE, EVE, EVE]), true);
  });

  it('keeps to rules that changed after the wishes, and tells nobody how many other children a family has', async () => {
    await start();
    const { visitor } = await family(0);
    const { _id, adults } = await Household.findOne({ 'children.student': desk.fair.students[0]!._id })
      .orFail()
      .lean();
    await Household.updateOne(
      { _id },
      {
        $push: { children: { student: desk.fair.students[2]!._id, adult: adults[0], by: 'school', at: EVE } },
      },
    );
    await Class.updateOne({ _id: desk.fair.teachers[1]!.class._id }, { $set: { 'edits.allowed': 0 } });
    desk.test.setNow(later(HOUR));
    await Event.updateOne({}, { $set: { status: 'archived' } });
    await run();
    assert.equal((await Draw.findOne().orFail().lean()).state, 'collecting');
    await Event.updateOne({}, { $set: { status: 'active' } });
    await run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    const list = (await visitor.get(`${desk.home}/draw/list`)).body as { input: DrawInput };
    const [own] = list.input.families;
    assert.equal(own?.children.length, 1);
    assert.deepEqual(own.wishes[1]?.slots, []);
  });

  it('knows a teacher and a child under the contact that remains after a merge', async () => {
    await start();
    await family(0);
    const [keep, drop] = desk.fair.teachers;
    const child = desk.fair.students[0]!._id;
    const event = desk.fair.event._id;
    await asApp(async () => {
      await renameWishes([event], 'resource', drop!.resource._id, keep!.resource._id);
      await renameWishes([event], 'student', child, drop!.resource._id);
    });
    const { wishes } = await DrawEntry.findOne().orFail().lean();
    assert.deepEqual(
      wishes.map(({ resource, student }) => [resource, student]),
      [keep, keep].map((one) => [one!.resource._id, drop!.resource._id]),
    );
  });

  it('books the others where one family fails, and is done when that one no longer does', async () => {
    await start();
    for (const n of [0, 1, 2]) await family(n);
    desk.test.setNow(later(HOUR));
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
    await assert.rejects(run(), /bad/);
    mongoose.Query.prototype.exec = exec;
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 4);
    assert.equal((await Draw.findOne().orFail().lean()).state, 'booking');
    await run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 6);
    assert.equal(await Notification.countDocuments({ key: /^draw:/ }), 3);
    assert.equal((await Draw.findOne().orFail().lean()).state, 'done');
  });

  it('survives a death at any of its reads and writes: nothing is booked twice or lost', async () => {
    await start();
    for (const n of [0, 1]) await family(n);
    desk.test.setNow(later(HOUR));
    const exec = mongoose.Query.prototype.exec;
    let deaths = 0;
    for (let at = 1; at < 400 && (await Draw.findOne().orFail().lean()).state !== 'done'; at += 4) {
      let calls = 0;
      mongoose.Query.prototype.exec = function (this: mongoose.Query<unknown, unknown>) {
        if (++calls >= at) return Promise.reject(new Error('died'));
        return exec.call(this);
      } as typeof exec;
      await run().catch(() => deaths++);
      mongoose.Query.prototype.exec = exec;
      // A hold of the dead one has run out by then.
      if (at % 8 === 1) desk.test.setNow(new Date(desk.test.deps.now().getTime() + 11 * 60_000));
    }
    assert.ok(deaths > 3, String(deaths));
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 4);
    assert.deepEqual(await findDoubles(desk.fair), []);
    assert.equal(await Notification.countDocuments({ key: /^draw:/ }), 2);
    const outcomes = (await DrawEntry.find().lean()).flatMap(({ outcome = [] }) => outcome);
    assert.ok(outcomes.every(({ appointment }) => appointment));
  });
});
