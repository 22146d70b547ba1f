import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Claim } from '../../server/models/claim.js';
import { Contact } from '../../server/models/contact.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { heldBy, makeHousehold } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { makeAccount, makeUser, Visitor } from '../support/app.js';

describe('a parent’s login and children, as the school sees them', () => {
  let desk: Desk;
  let office: Visitor;
  let parent: Awaited<ReturnType<Desk['parentOf']>>;
  let child: string;
  let home: string;
  let booked: Types.ObjectId;
  const proof = { number: '1000', day: '9', month: '3', year: '2014' };

  beforeEach(async () => {
    desk = await Desk.open();
    await Event.updateOne(
      { _id: desk.fair.event._id },
      { $set: { 'booking.perHousehold': 4, 'booking.perStudentAndTeacher': 2 } },
    );
    office = await new Visitor(desk.test.app).logIn(await makeUser(desk.fair.account._id, 'administrator'));
    parent = await desk.parentOf(0);
    child = String(desk.fair.students[0]?._id);
    home = `/global-setup/families/${String(parent.user._id)}`;
    booked = new Types.ObjectId((await desk.book(parent.visitor, 0, 0)).split('/').at(-1));
    await Notification.deleteMany({});
  });

  const remove = (fields: object) =>
    office.post(`${home}/children/${child}/removal`, { ...fields }, `${home}/children/${child}/removal`);
  const addBy = (visitor: Visitor) => visitor.post(`${desk.home}/children`, proof, `${desk.home}/children`);

  it('the child’s page tells who added the child, how and when, and leads to the adult', async () => {
    const other = await desk.parent({ email: 'other@example.org' });
    await addBy(other.visitor);
    const page = await office.get(`/global-setup/contacts/${child}`);
    assert.match(page.text, /other@example\.org[\s\S]*Student ID with birth date or code/);
    assert.match(page.text, /Added by the school/);
    assert.ok(page.text.includes(`href="${home}"`));
    const adult = await office.get(home);
    assert.match(adult.text, /Kim Lopez[\s\S]*Ana Lopez[\s\S]*Added by the school[\s\S]*Mrs Lee/);
  });

  it('the roster’s guardian leads to the login with the same address', async () => {
    const guardian = await Contact.create({
      account: desk.fair.account._id,
      type: 'guardian',
      source: 'clever',
      status: 'active',
      firstName: 'Kim',
      email: parent.user.email,
    });
    const page = await office.get(`/global-setup/contacts/${String(guardian._id)}`);
    assert.ok(page.text.includes(`href="${home}"`));
  });

  describe('taking a child away', () => {
    it('asks what happens to coming appointments, and does nothing without an answer', async () => {
      const page = await office.get(`${home}/children/${child}/removal`);
      assert.match(page.text, /Mrs Lee[\s\S]*Keep for the school[\s\S]*Cancel with notice/);
      const answer = await remove({});
      assert.equal(answer.status, 422);
      assert.match(answer.text, /Select what happens to the appointments/);
      assert.equal((await Household.findById(parent.household._id).lean())?.children.length, 1);
    });

    it('cancels with notice, frees the time, tells the adult if asked to, and leaves an audit entry', async () => {
      const { _id } = desk.fair.account;
      await Account.updateOne({ _id }, { office: { phone: '555-0100', email: '', replyTo: '' } });
      assert.equal((await remove({ appointments: 'cancel', tell: 'on' })).status, 303);
      const mail = await Notification.findOne({ kind: 'access changed' }).orFail().lean();
      assert.match(mail.text, /mistake, please call the school’s office at 555-0100\./);
      assert.equal((await Appointment.findById(booked).lean())?.state, 'cancelled');
      assert.deepEqual(await heldBy(booked), []);
      const kinds = (await Notification.find({ to: parent.user.email }).lean())
        .map(({ kind }) => kind)
        .sort();
      assert.deepEqual(kinds, ['access changed', 'appointment cancelled']);
      const entry = await AuditEntry.findOne({ action: 'take child away' }).orFail().lean();
      assert.deepEqual(entry.targets.map(String), [child, String(parent.user._id)]);
      assert.match((await parent.visitor.get(desk.home)).headers.location ?? '', /children$/);
    });

    for (const appointments of ['keep', 'cancel'])
      it(`leaves a meeting about two children to the other one (${appointments})`, async () => {
        const [one, other] = desk.fair.students.map(({ _id }) => _id);
        const sibling = { student: other!, adult: parent.user._id, by: 'school' as const, at: new Date() };
        await Household.updateOne({ _id: parent.household._id }, { $push: { children: sibling } });
        const alone = new Types.ObjectId((await desk.book(parent.visitor, 1, 1)).split('/').at(-1));
        await Appointment.updateOne({ _id: booked }, { $push: { students: other } });
        for (const claim of await Claim.find({ appointment: booked, _id: new RegExp(String(one)) }).lean())
          await Claim.create(
            Object.assign({}, claim, { _id: claim._id.replace(String(one), String(other)) }),
          );
        const claimsOf = (student: Types.ObjectId) =>
          Claim.countDocuments({ appointment: booked, _id: new RegExp(`:${String(student)}:`) });
        const before = await claimsOf(other!);
        assert.ok(before > 0);

        const page = await office.get(`${home}/children/${child}/removal`);
        assert.match(page.text, /1 upcoming appointment that’s also about another child of theirs stays/);
        assert.match(page.text, /What happens to this appointment\?/);
        assert.equal((await remove({ appointments })).status, 303);
        const left = await Appointment.findById(booked).orFail().lean();
        assert.deepEqual(
          [left.state, left.household, left.students],
          ['booked', parent.household._id, [other]],
        );
        assert.deepEqual([await claimsOf(one!), await claimsOf(other!)], [0, before]);
        assert.equal((await parent.visitor.get(`${desk.home}/appointments/${String(booked)}`)).status, 200);
        const gone = await Appointment.findById(alone).orFail().lean();
        assert.notEqual(gone.state === 'booked' && gone.household.equals(parent.household._id), true);
      });

    it('keeps the appointment for the school: booked, and the adult neither sees nor hears of it again', async () => {
      await remove({ appointments: 'keep' });
      const kept = await Appointment.findById(booked).orFail().lean();
      assert.equal(kept.state, 'booked');
      const path = `${desk.home}/appointments/${String(booked)}`;
      for (const page of [path, `${path}/cancel`, `${path}/calendar.ics`])
        assert.equal((await parent.visitor.get(page)).status, 404, page);
      assert.ok(!(await parent.visitor.get(`${desk.home}/schedule`)).text.includes('Mrs Lee'));
      assert.equal(await Notification.countDocuments(), 0);
      // The seat and the teacher's time stay taken, the adult's own are free.
      const held = await heldBy(booked);
      assert.ok(held.some((id) => id.startsWith('slot:')));
      assert.ok(held.every((id) => !id.includes(String(parent.household._id))));
      const list = await office.get(`/events/${String(desk.fair.event._id)}/appointments`);
      assert.match(list.text, /Kept for the school/);
      await office.post(
        `/events/${String(desk.fair.event._id)}/problems/${String(booked)}/cancellation`,
        {},
        home,
      );
      assert.equal((await Appointment.findById(booked).lean())?.state, 'cancelled');
      assert.equal(await Notification.countDocuments({ to: parent.user.email }), 0);
      assert.equal(await Claim.countDocuments({ appointment: booked }), 0);
      assert.equal(await Diary.countDocuments({ 'busy.appointment': booked }), 0);
    });

    it('frees the diary of an adult who teaches here, too', async () => {
      const [, second] = desk.fair.teachers;
      const mine = { 'grants.0.contact': second?.contact._id };
      await User.updateOne({ _id: parent.user._id }, { $set: mine });
      const other = new Types.ObjectId((await desk.book(parent.visitor, 0, 1)).split('/').at(-1) ?? '');
      assert.ok((await heldBy(other)).some((id) => id.startsWith(String(second?.contact._id))));
      await remove({ appointments: 'keep' });
      assert.ok(!(await heldBy(other)).some((id) => id.startsWith(String(second?.contact._id))));
    });

    it('ends what the adult holds, and what is on its way is not booked', async () => {
      const held = await desk.choose(parent.visitor, 1, 1);
      const path = held.headers.location ?? '';
      await remove({ appointments: 'keep' });
      const answer = await parent.visitor.post(`${path}/confirm`, { note: '' }, '/forgot');
      assert.notEqual(answer.status, 303);
      assert.equal(await Appointment.countDocuments({ household: parent.household._id, state: 'booked' }), 0);
      const again = await desk.choose(parent.visitor, 1, 1);
      assert.notEqual(again.status, 303);
    });

    it('lasts: the same adult cannot add the child again, by number or by the roster; another adult can', async () => {
      await Contact.create({
        account: desk.fair.account._id,
        type: 'guardian',
        source: 'clever',
        status: 'active',
        email: parent.user.email,
        relations: [{ student: 'student-0', relationship: 'Parent', type: '' }],
      });
      await remove({ appointments: 'keep' });
      const wrong = await parent.visitor.post(
        `${desk.home}/children`,
        { ...proof, day: '10' },
        `${desk.home}/children`,
      );
      const right = await addBy(parent.visitor);
      assert.equal(right.status, 422);
      const fault = (text: string) => /<p class="error"[^>]*>[\s\S]*?<\/p>/.exec(text)?.[0];
      assert.equal(fault(right.text), fault(wrong.text));
      assert.ok(!(await parent.visitor.get(`${desk.home}/children`)).text.includes('Ana'));
      await parent.visitor.post(`${desk.home}/children/linked`, { students: child }, `${desk.home}/children`);
      assert.deepEqual((await Household.findById(parent.household._id).lean())?.children, []);
      const other = await desk.parent();
      assert.equal((await addBy(other.visitor)).status, 303);
    });

    it('is taken back by the school alone', async () => {
      await remove({ appointments: 'keep' });
      const page = await office.get(`/global-setup/contacts/${child}`);
      assert.match(page.text, /Removed [\s\S]*Put back/);
      const back = `${home}/children/${child}/return`;
      assert.equal((await office.get(back)).status, 200);
      assert.equal((await office.post(back, { tell: 'on' }, back)).status, 303);
      assert.match((await parent.visitor.get(desk.home)).text, /Ana/);
      assert.equal(await Notification.countDocuments({ kind: 'access changed' }), 1);
      assert.equal((await office.post(back, {}, home)).status, 404);
    });

    it('is finished by doing it again where it was cut off', async () => {
      await Household.updateOne(
        { _id: parent.household._id },
        {
          $set: { children: [] },
          $push: {
            removed: {
              student: new Types.ObjectId(child),
              adult: parent.user._id,
              by: 'school',
              since: new Date(),
              removedBy: parent.user._id,
              at: new Date(),
            },
          },
        },
      );
      assert.equal((await remove({ appointments: 'cancel' })).status, 303);
      assert.equal((await Appointment.findById(booked).lean())?.state, 'cancelled');
    });
  });

  it('is for administrators; a stranger’s login and child are 404', async () => {
    const foreign = (await makeAccount('Oak School'))._id;
    const stranger = await makeUser(foreign, 'customer');
    await makeHousehold(foreign, [], stranger._id);
    const other = `/global-setup/families/${String(stranger._id)}`;
    for (const path of [
      other,
      `${other}/block`,
      `${other}/children/${child}/removal`,
      `${home}/children/${String(desk.fair.students[1]?._id)}/removal`,
    ])
      assert.equal((await office.get(path)).status, 404, path);
    for (const path of [
      `${other}/block`,
      `${other}/unblock`,
      `${other}/children/${child}/removal`,
      `${other}/children/${child}/return`,
    ])
      assert.equal((await office.post(path, { appointments: 'keep' }, home)).status, 404, path);
    const lesser = await new Visitor(desk.test.app).logIn(
      await makeUser(desk.fair.account._id, 'event administrator'),
    );
    assert.equal((await lesser.get(home)).status, 403);
  });
});
