import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { runDraws } from '../../server/draw/book-drawn.js';
import { closeWishes, type DrawList, type DrawShare } from '../../server/draw/close-wishes.js';
import { drawWishes, hashSeed } from '../../server/draw/draw-wishes.js';
import { saveWishes } from '../../server/draw/save-wishes.js';
import { saveDraw } from '../../server/draw/start-draw.js';
import { deleteBookkeeping } from '../../server/database/delete-bookkeeping.js';
import { openBooking } from '../../server/events/open-booking.js';
import { formOf } from '../../server/events/schema.js';
import { joinBySchool } from '../../server/households/join-household.js';
import { leaveHousehold } from '../../server/households/leave-household.js';
import { moveWishes } from '../../server/households/move-wishes.js';
import { renameWishes } from '../../server/duplicates/rename-wishes.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Draw } from '../../server/models/draw.js';
import { DrawEntry } from '../../server/models/draw-entry.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { unseal } from '../../server/seal.js';
import { makeUser, Visitor } from '../support/app.js';
import { EVE, findDoubles, makeHousehold } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
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
  async function family(n: number): Promise<{ visitor: Visitor; user: User; household: Household }> {
    const parent = await desk.parentOf(n);
    await wish(parent.visitor, n, 'any');
    return parent;
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
    const { hash, seed: sealed } = await Draw.findOne().orFail().lean();
    const seed = unseal(sealed, desk.test.deps.config.appSecret) ?? '';
    assert.match(seed, /^[0-9a-f]{64}$/);
    const families = [await family(0), await family(1), await family(2)];
    // Sent again in place of the first; the code stays.
    assert.equal((await wish(families[0]!.visitor, 0, 'any')).status, 303);
    assert.equal(await DrawEntry.countDocuments(), 3);
    const stranger = new Visitor(desk.test.app);
    const before = (await stranger.get(`${desk.home}/draw`)).text;
    assert.ok(before.includes(hash) && !before.includes(seed));
    assert.equal((await families[0]!.visitor.get(`${desk.home}/draw/list`)).status, 404);
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

    // To families only what tells of nobody else.
    assert.match((await stranger.get(`${desk.home}/draw/list`)).headers.location ?? '', /^\/login/);
    const share = (await families[0]!.visitor.get(`${desk.home}/draw/list`)).body as DrawShare;
    assert.deepEqual(Object.keys(share), ['hash', 'seed', 'digest', 'turns', 'lines']);
    assert.deepEqual([share.hash, share.seed, share.turns.length, share.lines.length], [hash, seed, 3, 3]);
    for (const { visitor } of families) {
      const page = (await visitor.get(`${desk.home}/draw`)).text;
      assert.match(page, /Your family had turn [123] of 3, by the code <strong>\w{4}-\w{4}</);
      assert.match(page, /Drawn: Tue, Nov 24, 5:\d0 PM/);
      const line = (/data-line="([^"]*)"/.exec(page)?.[1] ?? '').replaceAll('&#34;', '"');
      assert.ok(share.lines.includes(hashSeed(line)), 'the family’s part is in the list');
    }
    const list = (await office.get(`${settings}/list`)).body as DrawList;
    assert.deepEqual(list.drawn, drawWishes(list.input, seed));
    const text = JSON.stringify(list);
    for (const { _id } of [...desk.fair.students, ...desk.fair.teachers.map(({ resource }) => resource)])
      assert.ok(!text.includes(String(_id)), 'the list has no ids');
    assert.equal((await families[0]!.visitor.get(`${settings}/list`)).status, 404);
    assert.equal((await Draw.findOne().orFail().lean()).keys, undefined);
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
    const said = /1 wish couldn’t be fulfilled\. Booking opens on Monday, November 23/;
    assert.match((await Notification.findOne().orFail().lean()).text, said);
    const page = (await visitor.get(`${desk.home}/draw`)).text;
    assert.match(page, /No time could be drawn[^]*Booking opens on/);
    assert.ok(!page.includes(String(desk.fair.students[1]!._id)));
    // Until the school says when it opens, nobody is told that they can book.
    await Event.updateOne({}, { $unset: { 'booking.opensAt': 1 } });
    assert.match((await visitor.get(`${desk.home}/draw`)).text, /The school will tell you when you can book/);
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
    const { input } = (await office.get(`${settings}/list`)).body as DrawList;
    assert.equal(input.children.length, 1);
    assert.deepEqual(input.families[0]?.wishes[1]?.slots, []);
    assert.match((await visitor.get(`${desk.home}/draw`)).text, /No time could be drawn/);
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
      wishes.map(({ resource, students }) => [resource, students]),
      [keep, keep].map((one) => [one!.resource._id, [drop!.resource._id]]),
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

  it('gives a child in two logins one turn and no second meeting; each sees its own wishes alone', async () => {
    await start();
    const [kim, lou] = [await family(0), await family(0)];
    await family(1);
    desk.test.setNow(later(HOUR));
    await run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 4);
    const { input, turns, drawn } = (await office.get(`${settings}/list`)).body as DrawList;
    assert.deepEqual([input.families.length, turns.length], [3, 2]);
    assert.deepEqual(input.pairs, [1, 1, 1, 1]);
    // Nothing was drawn for the child that had to be refused then.
    assert.equal(drawn.flatMap(({ got }) => got.filter((index) => index !== null)).length, 4);
    const outcomes = (await DrawEntry.find().lean()).flatMap(({ outcome = [] }) => outcome);
    assert.ok(outcomes.every(({ slot, appointment }) => !slot || appointment));
    for (const { visitor, household } of [kim, lou]) {
      const page = (await visitor.get(`${desk.home}/draw`)).text;
      const theirs = await Appointment.countDocuments({ household: household._id, state: 'booked' });
      assert.equal(page.match(/Drawn: /g)?.length ?? 0, theirs);
      assert.equal(page.match(/\/appointments\//g)?.length ?? 0, theirs);
    }
  });

  it('draws, books and mails nothing for whoever is blocked', async () => {
    await start();
    const [kim, lou, ana] = [await family(0), await family(1), await family(2)];
    const block = { account: desk.fair.account._id, at: EVE, by: kim.user._id };
    await User.updateOne({ _id: kim.user._id }, { $push: { blocks: block } });
    // Another adult of a family goes on for one who is blocked.
    const other = await makeUser(desk.fair.account._id, 'customer');
    await Household.updateOne({ _id: lou.household._id }, { $push: { adults: other._id } });
    await User.updateOne({ _id: lou.user._id }, { $push: { blocks: block } });
    desk.test.setNow(later(HOUR));
    await asApp(async () => {
      const draw = await Draw.findOne().orFail().lean();
      await closeWishes(desk.test.deps, draw, await Event.findOne().orFail().lean());
    });
    const { input } = (await office.get(`${settings}/list`)).body as DrawList;
    assert.equal(input.families.length, 2);
    await User.updateOne({ _id: ana.user._id }, { $push: { blocks: block } });
    await run();
    const booked = await Appointment.find({ state: 'booked' }).lean();
    assert.deepEqual(
      booked.map(({ household, bookedBy }) => [household, bookedBy]),
      [0, 1].map(() => [lou.household._id, other._id]),
    );
    assert.deepEqual(
      (await Notification.find().lean()).map(({ to }) => to),
      [other.email],
    );
    assert.equal((await Draw.findOne().orFail().lean()).state, 'done');
  });

  it('counts no more wishes than it takes at its end, tells the office, and refuses a form with more', async () => {
    await start();
    const { visitor } = await family(0);
    await start({ most: 1 });
    assert.match((await office.get(settings)).text, /1 family has sent more wishes than that/);
    assert.match((await wish(visitor, 0)).text, /You can send 1 wish: select “No wish”/);
    desk.test.setNow(later(HOUR));
    await run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
  });

  it('lets siblings wish for one meeting together where the school says so', async () => {
    await Event.updateOne({}, { $set: { 'booking.siblings': 'together' } });
    await start();
    const { visitor, household } = await desk.parentOf(0);
    const sibling = {
      student: desk.fair.students[1]!._id,
      adult: household.adults[0],
      by: 'school',
      at: EVE,
    };
    await Household.updateOne({ _id: household._id }, { $push: { children: sibling } });
    assert.match((await visitor.get(`${desk.home}/draw/wishes`)).text, /about Ana and Leo/);
    await wish(visitor, 0, 'any');
    assert.match((await visitor.get(`${desk.home}/draw/wishes`)).text, /value="1" selected/);
    desk.test.setNow(later(HOUR));
    await run();
    const booked = await Appointment.find({ state: 'booked' }).lean();
    assert.deepEqual(
      booked.map(({ students }) => students.length),
      [2, 2],
    );
  });

  it('shows as a family’s meetings only those that are still theirs', async () => {
    await start();
    const { visitor, household } = await family(0);
    desk.test.setNow(later(HOUR));
    await run();
    const [one, other] = await Appointment.find({ household: household._id }).lean();
    await Appointment.updateOne({ _id: one!._id }, { $set: { state: 'canceled' } });
    await Appointment.updateOne({ _id: other!._id }, { $set: { household: desk.fair.account._id } });
    assert.ok(!(await visitor.get(`${desk.home}/draw`)).text.includes('/appointments/'));
  });

  it('draws nobody who sits in a team’s meeting into another at that time', async () => {
    const [ms, mr] = desk.fair.teachers;
    await Slot.updateMany({ resource: ms!.resource._id }, { $set: { with: [mr!.resource._id] } });
    await start();
    await Promise.all([family(0), family(1), family(2)]);
    desk.test.setNow(later(HOUR));
    await run();
    const outcomes = (await DrawEntry.find().lean()).flatMap(({ outcome = [] }) => outcome);
    // Four times in which one or the other sits: all that was drawn is booked.
    assert.equal(outcomes.filter(({ slot }) => slot).length, 4);
    assert.ok(outcomes.every(({ slot, appointment }) => !slot || appointment));
  });

  /** Of whom a household's entry wishes for a meeting. */
  const wishedBy = async ({ _id }: Pick<Household, '_id'>) =>
    (await DrawEntry.findOne({ household: _id }).lean())?.wishes.map(({ students }) => students.map(String));

  it('keeps wishes where adults join and part: those of both, up to as many as count, each once', async () => {
    await start({ most: 3 });
    const [kim, lou] = [await family(0), await family(1)];
    const account = desk.fair.account._id;
    const [first, second] = desk.fair.students.map(({ _id }) => String(_id));
    const decided = { account, household: kim.household._id, adult: lou.user._id, by: kim.user._id };
    assert.equal(await asApp(() => joinBySchool(desk.test.deps, decided)), true);
    assert.deepEqual(await wishedBy(kim.household), [[first], [first], [second]]);
    assert.equal(await DrawEntry.countDocuments(), 1);
    // Done again after a death it changes nothing.
    await asApp(() => moveWishes(lou.household._id, kim.household._id));
    assert.equal((await wishedBy(kim.household))?.length, 3);

    const joined = await Household.findById(kim.household._id).orFail().lean();
    const leaving = { by: kim.user._id, adult: lou.user._id };
    assert.equal(await asApp(() => leaveHousehold(desk.test.deps, joined, leaving)), true);
    const fresh = await Household.findOne({ account, adults: lou.user._id }).orFail().lean();
    assert.deepEqual(await wishedBy(kim.household), [[first], [first]]);
    assert.deepEqual(await wishedBy(fresh), [[second]]);

    // Into a household that wishes nothing they go as they are.
    const ana = await desk.parentOf(2);
    const again = { account, household: ana.household._id, adult: kim.user._id, by: ana.user._id };
    assert.equal(await asApp(() => joinBySchool(desk.test.deps, again)), true);
    assert.deepEqual(await wishedBy(ana.household), [[first], [first]]);
    desk.test.setNow(later(HOUR));
    await run();
    assert.equal(await Appointment.countDocuments({ household: ana.household._id, state: 'booked' }), 2);
    assert.equal(await Appointment.countDocuments({ household: fresh._id, state: 'booked' }), 1);
  });

  it('holds the opening of booking back while it lasts', async () => {
    await start();
    await family(0);
    const home = `/events/${String(desk.fair.event._id)}`;
    const opened = await office.post(`${home}/opening`, {}, `${home}/opening`);
    assert.equal(opened.headers.location, settings);
    assert.match((await office.get(settings)).text, /Booking can’t open while the preference round lasts/);
    const event = await Event.findOne().orFail().lean();
    const save = (more: object) => {
      const form = { ...formOf(event), ...more } as Record<string, string>;
      return office.post(`${home}/settings`, form, `${home}/settings`);
    };
    const refused = await save({ opensAt: '2026-11-23T13:30' });
    assert.match(refused.text, /booking can open to the first families on [^.]*2:00 PM at the soonest/);
    assert.equal((await save({ earlyMinutes: 61 })).status, 422);
    assert.deepEqual((await Event.findOne().orFail().lean()).booking, event.booking);
    assert.equal((await save({ opensAt: '2026-11-23T14:00' })).status, 303);
    // A form that was read before the round began, and one of the round that was read before the opening changed, change nothing.
    const actor = { account: event.account, user: event._id } as unknown as Parameters<typeof saveDraw>[1];
    const { draw: _draw, ...before } = event;
    assert.equal((await asApp(() => openBooking(actor, before, later(4 * HOUR)))).ok, false);
    const terms = { from: EVE, until: later(2 * HOUR), most: 2 };
    assert.deepEqual(await asApp(() => saveDraw(desk.test.deps, actor, event, terms)), {
      ok: false,
      reason: 'opening changed',
    });
    assert.deepEqual((await Draw.findOne().orFail().lean()).until, later(HOUR));
  });

  it('is shown again where a death left its event without it', async () => {
    await start();
    await Event.updateOne({}, { $unset: { draw: 1 } });
    await run();
    assert.deepEqual((await Event.findOne().orFail().lean()).draw?.until, later(HOUR));
  });

  it('is canceled, and families are told, where its seed can’t be opened anymore', async () => {
    await start();
    await family(0);
    await Draw.updateOne({}, { $set: { seed: 'v1.sealed.with.another' } });
    desk.test.setNow(later(HOUR));
    await run();
    await run();
    assert.equal(await Draw.countDocuments(), 0);
    assert.match((await Notification.findOne().orFail().lean()).text, /has canceled the preference round/);
  });

  it('goes some time after the event', async () => {
    await start();
    await family(0);
    const old = new Date('2026-11-25');
    await asApp(() => deleteBookkeeping(new Date('2026-11-24'), running));
    assert.equal(await DrawEntry.countDocuments(), 1);
    await asApp(() => deleteBookkeeping(old, running));
    assert.deepEqual([await Draw.countDocuments(), await DrawEntry.countDocuments()], [0, 0]);
  });
});
