import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import type { Visitor } from '../support/app.js';
import { findDoubles, heldBy, makeHousehold } from '../support/booking/conference.js';
import { hidden } from '../support/booking/desk.js';
import { FrontDesk } from '../support/booking/front-desk.js';
import { makeSlot, makeTeacher } from '../support/event.js';

describe('moving and canceling at the front desk', () => {
  let front: FrontDesk;
  let clerk: Visitor;

  beforeEach(async () => {
    front = await FrontDesk.open({ students: 3, teachers: 3 });
    ({ visitor: clerk } = await front.clerk());
  });

  const move = (id: string, slot: { _id: unknown }, more = {}, by = clerk) => front.move(by, id, slot, more);

  it('moves to another time of the teacher: one appointment, one calendar entry, one mail of it', async () => {
    const { user } = await front.desk.parentOf(0);
    const id = await front.book(clerk, 0, 0);
    const page = () => clerk.get(`${front.home}/appointments/${id}/move`);
    assert.match((await page()).text, /No email server is set up, so nobody is told by email/);
    front.desk.test.deps.config.smtpUrl = 'smtp://127.0.0.1:9';
    assert.match((await page()).text, new RegExp(`An email goes to ${user.name}\\.`));
    const done = await move(id, front.slot(0, 2));
    assert.equal(done.status, 303, done.text);
    const [living] = await Appointment.find({ state: 'booked' }).lean();
    assert.deepEqual(living?.slot, front.slot(0, 2)._id);
    assert.equal(living.note, 'By phone');
    assert.equal(living.entry?.first.toHexString(), id);
    assert.deepEqual(
      (await Notification.find({ to: user.email }).sort({ createdAt: 1 }).lean())
        .map(({ kind }) => kind)
        .sort(),
      ['appointment booked', 'appointment changed'],
    );
    assert.match((await clerk.get(`${front.home}/appointments/${id}`)).text, /This appointment was moved/);
    assert.deepEqual(await heldBy((await front.stateOf(id))._id), []);
  });

  it('where no time is left, who runs the event is led to make slots; a clerk is not', async () => {
    const { visitor: admin } = await front.clerk('event administrator');
    await front.desk.parentOf(0);
    const at = `${front.home}/appointments/${await front.book(clerk, 0, 0)}/move`;
    await Slot.updateMany({ _id: { $ne: front.slot(0, 0)._id } }, { state: 'unavailable' });
    const asked = (await admin.get(at)).text;
    assert.match(asked, /no free time that this appointment can move to[\s\S]*>Make slots for Mrs Lee</);
    assert.doesNotMatch((await clerk.get(at)).text, /Make slots/);
  });

  it('who was to go still goes when it is moved', async () => {
    const { user, household } = await front.desk.parentOf(0);
    const other = await front.desk.parent();
    await Household.updateOne({ _id: household._id }, { $push: { adults: other.user._id } });
    await Event.updateOne({}, { $set: { 'booking.twoAtOnce': true } });
    const id = await front.book(clerk, 0, 0);
    await Appointment.updateOne({ _id: id }, { $set: { goer: user._id } });
    assert.equal((await move(id, front.slot(1, 2))).status, 303);
    const [living] = await Appointment.find({ state: 'booked' }).lean();
    assert.deepEqual(living?.goer, user._id);
    assert.deepEqual(
      living.moved?.resource,
      front.fair.teachers[0]!.resource._id,
      'and whose it was is noted',
    );
  });

  it('the same move twice is one, and of two clerks one moves it', async () => {
    const id = await front.book(clerk, 0, 0);
    const { visitor: second } = await front.clerk();
    const path = `${front.home}/appointments/${id}/move`;
    const page = await clerk.get(path);
    const send = () =>
      clerk.agent
        .post(path)
        .type('form')
        .send({
          _csrf: hidden(page.text, '_csrf'),
          key: hidden(page.text, 'key'),
          slot: String(front.slot(0, 1)._id),
        });
    const answers = await Promise.all([send(), send(), move(id, front.slot(0, 2), {}, second)]);
    assert.ok(answers.every(({ status }) => status === 303 || status === 409));
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    assert.deepEqual(await findDoubles(front.fair), []);
    const again = await send();
    assert.ok([303, 409].includes(again.status));
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
  });

  it('a limit refuses a clerk and says so; who runs the event sets it aside with a reason, which stays', async () => {
    await front.desk.parentOf(0);
    await front.book(clerk, 0, 0);
    const refused = await front.choose(clerk, 0, 2);
    assert.equal(refused.status, 409);
    assert.match(refused.text, /already has as many appointments with Mrs Lee/);
    assert.match(refused.text, /An event administrator can set this rule aside/);
    const forged = await front.choose(clerk, 0, 2, 0, { rules: 'teacher limit', reason: 'Because' });
    assert.equal(forged.status, 403);

    const { visitor: runs, user } = await front.clerk('event administrator');
    const offered = await front.choose(runs, 0, 2);
    assert.match(offered.text, /Book anyway/);
    const without = await front.choose(runs, 0, 2, 0, { rules: 'teacher limit', reason: ' ' });
    assert.equal(without.status, 422);
    assert.match(without.text, /Enter why you’re booking outside the rules/);
    const held = await front.choose(runs, 0, 2, 0, { rules: 'teacher limit', reason: 'Parents live apart' });
    assert.equal(held.status, 303, held.text);
    const path = held.headers.location ?? '';
    assert.equal((await runs.post(`${path}/confirmation`, { note: '' }, path)).status, 303);
    const page = await clerk.get(path);
    assert.match(page.text, /Parents live apart/);
    assert.match(page.text, /appointments with one teacher/);
    const entry = await AuditEntry.findOne({ action: 'book appointment', user: user._id }).orFail().lean();
    assert.equal(entry.detail.reason, 'Parents live apart');
    assert.deepEqual(entry.detail.rules, ['teacher limit']);
    // Another rule than the one that was set aside still holds.
    await Event.updateOne({ _id: front.fair.event._id }, { 'booking.perHousehold': 2 });
    const other = await front.choose(runs, 1, 1, 0, { rules: 'teacher limit', reason: 'Parents live apart' });
    assert.equal(other.status, 409);
    assert.match(other.text, /name="rules" value="teacher limit"[\s\S]*name="rules" value="household limit"/);
  });

  it('nobody is put at two places by an override; too short a way is a rule', async () => {
    await Event.updateOne({ _id: front.fair.event._id }, { 'booking.gapMinutes': 10 });
    await front.desk.parentOf(0);
    await front.book(clerk, 0, 0);
    const { visitor: runs } = await front.clerk('administrator');
    const overlap = await front.choose(runs, 1, 0);
    assert.equal(overlap.status, 409);
    assert.match(overlap.text, /they meet Mrs Lee/);
    assert.doesNotMatch(overlap.text, /anyway/);
    const forced = await front.choose(runs, 1, 0, 0, { rules: 'household busy', reason: 'Fast walkers' });
    assert.equal(forced.status, 409);
    const close = await front.choose(runs, 1, 1);
    assert.equal(close.status, 409);
    assert.match(close.text, /asks for 10 minutes between two appointments/);
    assert.match(close.text, /Book anyway/);
    const held = await front.choose(runs, 1, 1, 0, { rules: 'household busy', reason: 'Fast walkers' });
    assert.equal(held.status, 303);
    const taken = await front.choose(runs, 0, 0, 1, { rules: 'teacher limit', reason: 'Please' });
    assert.equal(taken.status, 409);
    assert.match(taken.text, /just been taken/);
  });

  it('goes by rules that changed while a time was held, and lets a closed window be set aside', async () => {
    await front.desk.parentOf(0);
    const held = await front.choose(clerk, 0, 0);
    const path = held.headers.location ?? '';
    const close = (staffAnytime: boolean) =>
      Event.updateOne(
        { _id: front.fair.event._id },
        { 'booking.closesAt': new Date('2026-11-20T00:00:00Z'), 'booking.staffAnytime': staffAnytime },
      );
    await close(false);
    const late = await clerk.post(`${path}/confirmation`, { note: '' }, front.home);
    assert.equal(late.status, 409);
    assert.match(late.text, /Booking isn’t open/);
    const { visitor: runs } = await front.clerk('event administrator');
    const allowed = await front.choose(runs, 0, 0, 0, { rules: 'not open', reason: 'Was ill' });
    assert.equal(allowed.status, 303);
    const to = allowed.headers.location ?? '';
    assert.equal((await runs.post(`${to}/confirmation`, { note: '' }, to)).status, 303);
    // What is booked stays, whatever is set now; staff may cancel it.
    await Event.updateOne({ _id: front.fair.event._id }, { 'booking.cancelHoursBefore': 200 });
    const cancel = await clerk.post(`${to}/cancellation`, { notice: 'See you in spring.' }, to);
    assert.equal(cancel.status, 303);
    const mail = await Notification.findOne({ kind: 'appointment cancelled' }).orFail().lean();
    assert.match(mail.text, /See you in spring\./);
    assert.equal((await clerk.post(`${to}/cancellation`, {}, to)).status, 303);
    assert.equal(await AuditEntry.countDocuments({ action: 'cancel appointment' }), 1);
  });

  it('a teacher books what is with them alone; a viewer nothing', async () => {
    const { teachers } = front.fair;
    const { visitor, user } = await front.clerk('resource administrator');
    await User.updateOne({ _id: user._id }, { 'grants.0.contact': teachers[0]!.contact._id });
    const page = await visitor.get(front.childPath());
    assert.match(page.text, /Mrs Lee/);
    assert.doesNotMatch(page.text, /Mr Park/);
    assert.equal((await front.choose(visitor, 1, 0)).status, 404);
    const id = await front.book(visitor, 0, 0);
    assert.equal(
      (
        await visitor.post(
          `${front.home}/appointments/${id}/move`,
          { slot: String(front.slot(1, 1)._id), key: 'x' },
          front.home,
        )
      ).status,
      404,
    );
    const others = await front.book(clerk, 1, 1);
    assert.equal((await visitor.get(`${front.home}/appointments/${others}`)).status, 404);
    const { visitor: viewer } = await front.clerk('appointment viewer');
    assert.equal((await viewer.get(front.home)).status, 403);
    assert.equal(
      (await viewer.post(`${front.home}/appointments/${id}/cancellation`, {}, '/forgot')).status,
      403,
    );
  });

  describe('problems', () => {
    /** The n-th child leaves Mrs Lee's class, and Ms Cohen's too: Mr Park has it instead. */
    const leave = async (n: number) => {
      const { teachers, students } = front.fair;
      for (const teacher of [teachers[0]!, teachers[2]!])
        await Class.updateOne({ _id: teacher.class._id }, { $pull: { 'synced.students': students[n]!._id } });
    };
    const problem = (id: string) =>
      Appointment.updateOne({ _id: id }, { state: 'problem', problem: { code: 'not together' } });

    it('several move at once to the teacher whom the child has now, each to a time of its own; what stays says why', async () => {
      const [a, b, c] = [
        await front.book(clerk, 0, 0, 0),
        await front.book(clerk, 0, 1, 1),
        await front.book(clerk, 0, 2, 2),
      ];
      for (const n of [0, 1]) await leave(n);
      // The third child has two others, of whom neither is meant more.
      await Class.updateOne(
        { _id: front.fair.teachers[0]!.class._id },
        { $pull: { 'synced.students': front.fair.students[2]!._id } },
      );
      for (const id of [a, b, c]) await problem(id);
      const problems = `/events/${String(front.fair.event._id)}/problems`;
      const preview = await clerk.post(`${front.home}/moves/preview`, { ids: [a, b, c] }, problems);
      assert.equal(preview.status, 200, preview.text);
      assert.match(preview.text, /Move 2 appointments\?/);
      assert.match(preview.text, /Several teachers could take this appointment/);
      const moves = [...preview.text.matchAll(/name="moves" value="([^"]+)"/g)].map(([, pair]) => pair!);
      assert.equal(new Set(moves.map((pair) => pair.split('-')[1])).size, 2);
      const form = { moves, key: hidden(preview.text, 'key') };
      // Somebody takes one of the times meanwhile.
      await Slot.updateOne({ _id: moves[1]!.split('-')[1] }, { state: 'unavailable' });
      const done = await clerk.post(`${front.home}/moves`, form, problems);
      assert.match(done.text, /1 appointment is moved/);
      assert.match(done.text, /What couldn’t move[\s\S]*unavailable/);
      const again = await clerk.post(`${front.home}/moves`, form, problems);
      assert.match(again.text, /1 appointment is moved/);
      const park = await Resource.findOne({ name: 'Mr Park' }).orFail().lean();
      assert.equal(await Appointment.countDocuments({ resource: park._id, state: 'booked' }), 1);
      assert.equal(await Appointment.countDocuments({ state: 'problem' }), 2);
      assert.deepEqual(await findDoubles(front.fair), []);
    });

    it('with a counselor: several move at once to another time, or to the only other counselor; never to a teacher', async () => {
      const { event } = front.fair;
      const byHand = { kind: 'Counselor' as const, hidden: false, schools: [], grades: [] };
      const ann = await makeTeacher(event, 'Ann Hill', { byHand });
      const bea = await makeTeacher(event, 'Bea Moss', { byHand: { ...byHand, grades: ['none'] } });
      await makeTeacher(event, 'The nurse', { byHand: { ...byHand, kind: 'Nurse' } });
      const times = [];
      for (const [index, who] of [ann, ann, ann, bea, bea].entries())
        times.push(await makeSlot(event, who, `2026-11-24T19:${String(index)}0`));
      const ids: string[] = [];
      for (const n of [0, 1]) {
        ids.push(await front.book(clerk, 0, 0, n, { slot: String(times[n]!._id) }));
        await problem(ids[n]!);
      }
      const problems = `/events/${String(event._id)}/problems`;
      const preview = () => clerk.post(`${front.home}/moves/preview`, { ids }, problems);
      assert.match((await preview()).text, /Move 1 appointment\?[\s\S]*no free time left/);
      // Ann is no longer there: the only other one is not for them yet.
      await Resource.updateOne({ _id: ann._id }, { status: 'gone' });
      assert.match((await preview()).text, /nobody else of the same kind/);
      await Resource.updateOne({ _id: bea._id }, { 'byHand.grades': [] });
      const page = await preview();
      assert.match(page.text, /Move 2 appointments\?[\s\S]*Bea Moss/);
      const moves = [...page.text.matchAll(/name="moves" value="([^"]+)"/g)].map(([, pair]) => pair!);
      const done = await clerk.post(
        `${front.home}/moves`,
        { moves, key: hidden(page.text, 'key') },
        problems,
      );
      assert.match(done.text, /2 appointments are moved/);
      assert.equal(await Appointment.countDocuments({ resource: bea._id, state: 'booked' }), 2);
      assert.equal(await Appointment.countDocuments({ state: 'problem' }), 0);
      assert.equal((await Appointment.distinct('slot', { state: 'booked' })).length, 2);
    });

    it('one moves by itself to a time with another teacher', async () => {
      const id = await front.book(clerk, 0, 0);
      await leave(0);
      await problem(id);
      const page = await clerk.get(`${front.home}/appointments/${id}/move`);
      assert.match(page.text, /has no class with Mrs Lee in this event anymore/);
      assert.match(page.text, /label="Mr Park, Tue, Nov 24"/);
      assert.equal((await move(id, front.slot(1, 0))).status, 303);
      assert.equal((await front.stateOf(id)).state, 'cancelled');
      assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    });
  });

  it('one family’s schedule prints, and goes out once by mail', async () => {
    const { user, household } = await front.desk.parentOf(0);
    await front.book(clerk, 0, 0);
    await front.book(clerk, 1, 1);
    await Event.updateOne({}, { place: 'North Gym' });
    const path = `${front.home}/families/${String(household._id)}`;
    const page = await clerk.get(path);
    assert.match(page.text, /Mrs Lee[\s\S]*Room 10, North Gym[\s\S]*Mr Park/);
    const form = { _csrf: hidden(page.text, '_csrf'), key: hidden(page.text, 'key') };
    for (let n = 0; n < 2; n++)
      assert.equal((await clerk.agent.post(`${path}/mail`).type('form').send(form)).status, 303);
    const mails = await Notification.find({ kind: 'family schedule' }).lean();
    assert.deepEqual(
      mails.map(({ to }) => to),
      [user.email],
    );
    assert.match(
      mails[0]!.text,
      /These are your 2 meetings at [\s\S]*Mrs Lee · Ana · .*Room 10, North Gym[\s\S]*Mr Park/,
    );
    assert.match((await clerk.get(path)).text, /nothing was sent/);
    // Each adult reads it in their own language.
    await User.updateOne({ _id: user._id }, { language: 'es' });
    const again = { _csrf: form._csrf, key: hidden((await clerk.get(path)).text, 'key') };
    await clerk.agent.post(`${path}/mail`).type('form').send(again);
    const spanish = await Notification.findOne({ kind: 'family schedule', language: 'es' }).orFail().lean();
    assert.match(spanish.subject, /^Sus citas: /);
    assert.match(spanish.text, /Estas son sus 2 citas en [\s\S]*noviembre/);
    const stranger = await makeHousehold(front.fair.account._id, [front.fair.students[1]!]);
    assert.equal((await clerk.get(`${front.home}/families/${String(stranger._id)}`)).status, 404);
  });
});
