import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { User } from '../../server/models/user.js';
import { tellTogether } from '../../server/meetings/tell-together.js';
import { sendReminders } from '../../server/meetings/send-reminders.js';
import { workIsDone } from '../../server/web/after-answer.js';
import { EVE } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { makeAccount, makeUser, PASSWORD, Visitor } from '../support/app.js';

describe('a parent’s login, as the school closes it', () => {
  let desk: Desk;
  let office: Visitor;
  let parent: Awaited<ReturnType<Desk['parentOf']>>;
  let home: string;
  let booked: Types.ObjectId;

  beforeEach(async () => {
    desk = await Desk.open();
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { 'booking.perHousehold': 4 } });
    office = await new Visitor(desk.test.app).logIn(await makeUser(desk.fair.account._id, 'administrator'));
    parent = await desk.parentOf(0);
    home = `/global-setup/families/${String(parent.user._id)}`;
    booked = new Types.ObjectId((await desk.book(parent.visitor, 0, 0)).split('/').at(-1));
    await Notification.deleteMany({});
  });

  const block = (fields: object) => office.post(`${home}/block`, { ...fields }, `${home}/block`);

  describe('blocking a login', () => {
    const logIn = (visitor: Visitor) =>
      visitor.post('/login', { email: parent.user.email, password: PASSWORD }, '/login');

    it('ends sessions at once, and lets nobody in, book or use a link', async () => {
      await parent.visitor.post('/forgot', { email: parent.user.email });
      await workIsDone();
      const mail = await Notification.findOne({ kind: 'new password' }).orFail().lean();
      const link = new URL(/http\S+/.exec(mail.text)?.[0] ?? '').pathname;
      const hold = (await desk.choose(parent.visitor, 1, 1)).headers.location ?? '';
      assert.equal((await block({ appointments: 'keep' })).status, 303);

      assert.match((await parent.visitor.get(`${desk.home}/children`)).headers.location ?? '', /^\/login/);
      assert.notEqual((await parent.visitor.post(`${hold}/confirm`, {}, '/forgot')).status, 200);
      assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
      const refused = await logIn(new Visitor(desk.test.app));
      assert.equal(refused.status, 422);
      assert.match(refused.text, /school has blocked this login/);
      assert.equal((await new Visitor(desk.test.app).get(link)).status, 410);
      await Notification.deleteMany({});
      await new Visitor(desk.test.app).post('/forgot', { email: parent.user.email });
      await workIsDone();
      assert.equal(await OneTimeLink.countDocuments({ user: parent.user._id }), 0);
      assert.equal((await Appointment.findById(booked).lean())?.state, 'booked');
    });

    it('cancels what lies ahead if asked to, tells the adult in plain words, and can be undone', async () => {
      await block({ appointments: 'cancel', tell: 'on' });
      assert.equal((await Appointment.findById(booked).lean())?.state, 'cancelled');
      const mail = await Notification.findOne({ kind: 'access changed' }).orFail().lean();
      assert.match(mail.text, /Maple School has blocked your login/);
      assert.match((await office.get(home)).text, /Blocked [\s\S]*Unblock login/);
      assert.equal((await office.post(`${home}/unblock`, {}, home)).status, 303);
      assert.equal((await logIn(new Visitor(desk.test.app))).status, 303);
      const actions = (await AuditEntry.find({ targets: parent.user._id }).lean()).map(
        ({ action }) => action,
      );
      assert.ok(actions.includes('block login') && actions.includes('unblock login'));
    });

    it('keeps the child’s meetings from them: the other adult alone is mailed, and a cancellation reaches whoever knew of the meeting', async () => {
      const mother = await desk.parent();
      await Household.updateOne({ adults: parent.user._id }, { $push: { adults: mother.user._id } });
      await block({ appointments: 'keep' });
      desk.test.setNow(new Date(EVE.getTime() + 60_000));
      const later = await desk.book(mother.visitor, 1, 1);
      const { deps } = desk.test;
      desk.test.setNow(new Date('2026-11-24T21:30:00Z'));
      await Event.updateOne({ _id: desk.fair.event._id }, { $set: { reminders: [2] } });
      await sendReminders(deps, new AbortController().signal);
      const to = async (kind: string) =>
        (await Notification.find({ kind }).lean()).map((mail) => mail.to).sort();
      assert.deepEqual(await to('appointment booked'), [mother.user.email]);
      assert.deepEqual(await to('appointment reminder'), [mother.user.email]);

      for (const path of [`${desk.home}/appointments/${String(booked)}`, later])
        assert.equal((await mother.visitor.post(`${path}/cancel`, {}, path)).status, 303);
      assert.deepEqual(
        await to('appointment cancelled'),
        [mother.user.email, mother.user.email, parent.user.email].sort(),
      );
    });

    it('tells them, of a day that is canceled as a whole, what they knew of and nothing else', async () => {
      const mother = await desk.parent();
      await Household.updateOne({ adults: parent.user._id }, { $push: { adults: mother.user._id } });
      await block({ appointments: 'keep' });
      desk.test.setNow(new Date(EVE.getTime() + 60_000));
      await desk.book(mother.visitor, 1, 1);
      await Notification.deleteMany({});
      const both = await Appointment.find({ state: 'booked' }).sort({ from: 1 }).lean();
      assert.equal(both.length, 2);
      await tellTogether(desk.test.deps, both, 'cancelled', { about: 'x', notice: '' });
      const textTo = async ({ email }: User) =>
        (await Notification.findOne({ to: email }).orFail().lean()).text;
      assert.match(await textTo(mother.user), /Mrs Lee[\s\S]*Mr Park/);
      assert.match(await textTo(parent.user), /Mrs Lee/);
      assert.doesNotMatch(await textTo(parent.user), /Mr Park/);
    });

    it('asks about appointments first', async () => {
      assert.match((await office.get(`${home}/block`)).text, /Mrs Lee[\s\S]*Cancel with notice/);
      assert.equal((await block({})).status, 422);
      assert.equal((await User.findById(parent.user._id).lean())?.blocks, undefined);
    });

    it('leaves another school’s access alone, and cannot be got around by joining again', async () => {
      const oak = await makeAccount('Oak School');
      const grant = { account: oak._id, level: 'customer' as const };
      await User.updateOne({ _id: parent.user._id }, { $push: { grants: grant } });
      await block({ appointments: 'keep' });
      const visitor = new Visitor(desk.test.app);
      assert.equal((await logIn(visitor)).status, 303);
      await visitor.post(`${desk.home}/join`, {}, '/forgot');
      assert.equal((await visitor.get(`${desk.home}/children`)).headers.location, desk.home);
      assert.ok(!(await visitor.get('/my')).text.includes('Fall Conferences'));
      await User.updateOne(
        { _id: parent.user._id },
        { $pull: { grants: { account: desk.fair.account._id } } },
      );
      await visitor.post(`${desk.home}/join`, {}, '/forgot');
      assert.equal((await visitor.get(`${desk.home}/children`)).headers.location, desk.home);
    });

    it('is refused for somebody who works here, who is not shut out of their work by it', async () => {
      const grant = { account: desk.fair.account._id, level: 'appointment maker' as const };
      await User.updateOne({ _id: parent.user._id }, { $push: { grants: grant } });
      assert.equal((await office.get(`${home}/block`)).status, 409);
      assert.equal((await office.post(`${home}/block`, { appointments: 'keep' }, home)).status, 409);
      assert.equal((await parent.visitor.get('/events')).status, 200);
    });
  });
});
