import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { makeUser, type Visitor } from '../support/app.js';
import { EVE, findDoubles, heldBy, makeHousehold } from '../support/booking/conference.js';
import { hidden } from '../support/booking/desk.js';
import { FrontDesk } from '../support/booking/front-desk.js';

const EXPIRED = new Date(EVE.getTime() + 11 * 60_000);

describe('booking at the front desk', () => {
  let front: FrontDesk;
  let clerk: Visitor;

  beforeEach(async () => {
    front = await FrontDesk.open({ students: 3 });
    ({ visitor: clerk } = await front.clerk());
  });

  it('books for the family that the child has, which is mailed as if it had booked itself', async () => {
    const { user, household } = await front.desk.parentOf(0);
    const id = await front.book(clerk, 0, 0);
    const booked = await front.stateOf(id);
    assert.equal(booked.state, 'booked');
    assert.equal(booked.note, 'By phone');
    assert.deepEqual(booked.household, household._id);
    const mails = await Notification.find({ to: user.email }).lean();
    assert.deepEqual(
      mails.map(({ kind }) => kind),
      ['appointment booked'],
    );
    const page = await clerk.get(`${front.home}/appointments/${id}`);
    // Nobody was told: there is no mail server.
    assert.match(page.text, /No email server is set up, so nobody was told by email/);
    assert.match(page.text, /Kim Lopez/);
  });

  it('books siblings together where the school has them so', async () => {
    const { user } = await front.desk.parent();
    await makeHousehold(front.fair.account._id, front.fair.students.slice(0, 2), user._id);
    await Event.updateOne({}, { $set: { 'booking.siblings': 'together' } });
    const id = await front.book(clerk, 0, 0);
    assert.equal((await front.stateOf(id)).students.length, 2);
  });

  it('books for a guardian of the roster without a login, who hears of it and has it when they register', async () => {
    await front.guardianOf(0);
    const id = await front.book(clerk, 0, 0);
    const [mail] = await Notification.find({ kind: 'appointment booked' }).lean();
    assert.equal(mail?.to, 'rosa@example.org');
    assert.match(mail.text, /Rosa Lopez/);
    const list = await clerk.get(`/events/${String(front.fair.event._id)}/appointments?q=rosa`);
    assert.match(list.text, /Rosa Lopez/);

    const { visitor, user } = await front.desk.parent({ email: 'rosa@example.org' });
    assert.match((await visitor.get(front.desk.home)).text, /Mrs Lee/);
    const times = await front.desk.choose(visitor, 1, 1);
    assert.equal(times.status, 303);
    const household = await Household.findOne({ adults: user._id }).orFail().lean();
    assert.equal(household.keptFor, undefined);
    assert.deepEqual((await front.stateOf(id)).household, household._id);
  });

  it('what it booked before a login proved its address, for one or two contacts, joins the login’s family; two at once are a problem', async () => {
    const rosa = await front.guardianOf(0);
    const { visitor, user, household } = await front.desk.parentOf(0);
    const own = (await front.desk.book(visitor, 1, 1)).split('/').at(-1)!;
    await User.updateOne(
      { _id: user._id },
      { $set: { email: 'rosa@example.org' }, $unset: { emailProvenAt: 1 } },
    );
    await front.guardianOf(1, { firstName: 'R.' });
    const ids = [
      await front.book(clerk, 0, 0, 0, { adult: `c${String(rosa._id)}` }),
      await front.book(clerk, 0, 1, 1),
    ];
    assert.equal(await Household.countDocuments({ keptFor: { $exists: true } }), 2);
    await User.updateOne({ _id: user._id }, { $set: { emailProvenAt: EVE } });
    for (let again = 0; again < 2; again++) {
      assert.match((await visitor.get(front.desk.home)).text, /Mrs Lee/);
      const states = await Promise.all(ids.map((id) => front.stateOf(id)));
      assert.deepEqual(
        states.map(({ state, problem }) => [state, problem?.code]),
        [
          ['booked', undefined],
          ['problem', 'two at once'],
        ],
      );
      for (const one of states) {
        assert.deepEqual(one.household, household._id);
        const held = await heldBy(one._id);
        assert.ok(held.some((id) => id.startsWith(String(household._id))));
      }
    }
    assert.equal((await front.stateOf(own)).state, 'booked');
    const families = await Household.find({}).lean();
    assert.deepEqual(families.map(({ children }) => children.length).sort(), [0, 0, 2]);
    for (const { _id } of families.filter(({ keptFor }) => keptFor))
      assert.equal(
        await Diary.countDocuments({ _id: new RegExp(`^${String(_id)}:`), 'busy.0': { $exists: true } }),
        0,
      );
  });

  it('gives a stranger with another address nothing of it, nor one who is a guardian no more', async () => {
    const rosa = await front.guardianOf(0);
    await front.book(clerk, 0, 0);
    const other = await front.desk.parent({ email: 'eve@example.org' });
    assert.doesNotMatch((await other.visitor.get(front.desk.home)).text, /Mrs Lee/);
    await Contact.updateOne({ _id: rosa._id }, { $set: { relations: [] } });
    const late = await front.desk.parent({ email: 'rosa@example.org' });
    assert.doesNotMatch((await late.visitor.get(front.desk.home)).text, /Mrs Lee/);
    assert.equal(await Household.countDocuments({ keptFor: rosa._id }), 1);
  });

  it('books for a child nobody is known for', async () => {
    const id = await front.book(clerk, 0, 0);
    assert.equal((await front.stateOf(id)).state, 'booked');
    assert.equal(await Notification.countDocuments({ kind: 'appointment booked' }), 0);
    const page = await clerk.get(`${front.home}/appointments/${id}`);
    assert.match(page.text, /no email address that we can use/);
    // The second time it is the same family.
    await front.book(clerk, 1, 1);
    assert.equal(await Household.countDocuments({ keptFor: front.fair.students[0]!._id }), 1);
  });

  it('the same click twice books once, before and after', async () => {
    const page = await clerk.get(front.childPath());
    const form = {
      _csrf: hidden(page.text, '_csrf'),
      student: hidden(page.text, 'student'),
      adult: hidden(page.text, 'adult'),
      key: hidden(page.text, 'key'),
      slot: String(front.slot(0, 0)._id),
    };
    const send = () => clerk.agent.post(`${front.home}/appointments`).type('form').send(form);
    const both = await Promise.all([send(), send()]);
    const [path, other] = both.map(({ headers }) => headers.location ?? '');
    assert.ok(path);
    assert.equal(path, other);
    const confirm = () =>
      clerk.agent.post(`${path}/confirmation`).type('form').send({ _csrf: form._csrf, note: '' });
    assert.deepEqual(
      (await Promise.all([confirm(), confirm()])).map(({ status }) => status),
      [303, 303],
    );
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    assert.equal((await send()).headers.location, path);
    assert.equal(await AuditEntry.countDocuments({ action: 'book appointment' }), 1);
  });

  it('of two clerks who want one time, one gets it and the other reads why, with the nearest free times', async () => {
    const { visitor: second } = await front.clerk();
    const both = await Promise.all([front.choose(clerk, 0, 0, 0), front.choose(second, 0, 0, 1)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [303, 409]);
    const refused = both.find(({ status }) => status === 409)!;
    assert.match(refused.text, /just been taken/);
    assert.match(refused.text, /Nearest free times of Mrs Lee/);
    assert.doesNotMatch(refused.text, /anyway/);
    assert.deepEqual(await findDoubles(front.fair), []);
  });

  it('two clerks for one child that nobody is known for make one family', async () => {
    const { visitor: second } = await front.clerk();
    const both = await Promise.all([front.choose(clerk, 0, 0), front.choose(second, 1, 1)]);
    assert.deepEqual(
      both.map(({ status }) => status),
      [303, 303],
    );
    assert.equal(await Household.countDocuments({}), 1);
  });

  it('a hold that nobody finishes ends by itself, and one that is not wanted at once', async () => {
    const held = await front.choose(clerk, 0, 0);
    const id = (held.headers.location ?? '').split('/').at(-1)!;
    front.desk.test.setNow(EXPIRED);
    await expireHolds(front.desk.test.deps, new AbortController().signal);
    const late = await front.stateOf(id);
    assert.equal(late.state, 'expired');
    assert.deepEqual(await heldBy(late._id), []);
    const answer = await clerk.post(
      `${front.home}/appointments/${id}/confirmation`,
      { note: '' },
      front.home,
    );
    assert.equal(answer.status, 409);
    front.desk.test.setNow(EVE);
    const again = await front.choose(clerk, 0, 1);
    const path = again.headers.location ?? '';
    assert.equal((await clerk.post(`${path}/release`, {}, path)).status, 303);
    assert.equal((await front.stateOf(path.split('/').at(-1)!)).state, 'expired');
  });

  it('what another clerk holds is not confirmed by the next', async () => {
    const held = await front.choose(clerk, 0, 0);
    const { visitor: second } = await front.clerk();
    const path = held.headers.location ?? '';
    assert.match((await second.get(path)).text, /Somebody else is deciding/);
    assert.equal((await second.post(`${path}/confirmation`, { note: '' }, front.home)).status, 404);
  });

  it('asks what is for staff only, and what families must answer', async () => {
    const field = { kind: 'text' as const, choices: [] };
    await Event.updateOne(
      { _id: front.fair.event._id },
      {
        fields: [
          { ...field, id: 'topic', label: 'Topic', required: true, staffOnly: false },
          { ...field, id: 'caller', label: 'Who called', required: true, staffOnly: true },
        ],
      },
    );
    const path = (await front.choose(clerk, 0, 0)).headers.location ?? '';
    const missing = await clerk.post(`${path}/confirmation`, { 'answer-topic': 'Math' }, path);
    assert.equal(missing.status, 422);
    assert.match(missing.text, /Answer “Who called”\./);
    assert.match(missing.text, /value="Math"/);
    const form = { 'answer-topic': 'Math', 'answer-caller': 'Grandma' };
    assert.equal((await clerk.post(`${path}/confirmation`, form, path)).status, 303);
    const page = await clerk.get(path);
    assert.match(page.text, /Grandma/);
  });

  it('offers hidden times and those to call the school for, and never one that is unavailable', async () => {
    const [a, b, c] = front.fair.teachers[0]!.slots;
    await Slot.updateOne({ _id: a!._id }, { state: 'hidden' });
    await Slot.updateOne({ _id: b!._id }, { state: 'call the school' });
    await Slot.updateOne({ _id: c!._id }, { state: 'unavailable' });
    const page = await clerk.get(front.childPath());
    assert.match(page.text, /\(hidden\)/);
    assert.match(page.text, /\(call the school\)/);
    assert.doesNotMatch(page.text, new RegExp(String(c!._id)));
    await front.book(clerk, 0, 0);
    const { visitor: runs } = await front.clerk('administrator');
    const refused = await front.choose(runs, 0, 2, 1);
    assert.equal(refused.status, 409);
    assert.match(refused.text, /unavailable/);
    assert.doesNotMatch(refused.text, /anyway/);
  });

  it('a counselor finds and books whoever may come to them; staff see what is hidden from families', async () => {
    const { account, event, students } = front.fair;
    const scope = { account: account._id, status: 'active' as const };
    const staff = await Contact.create({ ...scope, type: 'staff', source: 'clever', lastName: 'Bloom' });
    const { _id: resource } = await Resource.create({
      ...{ ...scope, event: event._id, name: 'Ms Bloom' },
      byHand: { kind: 'Counselor', hidden: true, schools: [], grades: ['7'], staff: staff._id },
    });
    await Contact.updateOne({ _id: students[0]!._id }, { grade: '7' });
    const { from, to, day } = front.slot(0, 0);
    const slot = await Slot.create({
      ...{ account: account._id, event: event._id, resource, from, to, day, capacity: 1 },
    });
    const { visitor, user } = await front.clerk('resource administrator');
    await User.updateOne({ _id: user._id }, { 'grants.0.contact': staff._id });
    const found = await visitor.get(`${front.home}?q=lopez`);
    assert.match(found.text, /Ana/);
    assert.doesNotMatch(found.text, /Leo/);
    assert.equal((await visitor.get(front.childPath(1))).status, 404);
    const held = await front.choose(visitor, 0, 0, 0, { slot: String(slot._id) });
    assert.equal(held.status, 303, held.text);
    for (const path of [front.childPath(), `${front.home}?q=lopez+0&slot=${String(slot._id)}`]) {
      const page = await clerk.get(path);
      assert.match(page.text, /Ana[\s\S]*Ms Bloom|Ms Bloom[\s\S]*Ana/);
      assert.doesNotMatch(page.text, /No class with/);
    }
    const { visitor: parent } = await front.desk.parentOf(0);
    assert.doesNotMatch((await parent.get(front.desk.home)).text, /Ms Bloom/);
  });

  it('says where so many have a name that somebody may be missing, and finds a login the roster lacks', async () => {
    const { account, students } = front.fair;
    await front.desk.parentOf(0);
    assert.match((await clerk.get(`${front.home}?q=kim`)).text, /Ana/);
    const smiths = Array.from({ length: 500 }, () => ({
      ...{ account: account._id, type: 'student', source: 'clever', status: 'active' },
      ...{ lastName: 'Smith', searchKey: 'smith adam', sortKey: 'smith adam' },
    }));
    await Contact.insertMany(smiths);
    await Contact.updateOne(
      { _id: students[1]!._id },
      { lastName: 'Smith', searchKey: 'smith leo', sortKey: 'smith leo' },
    );
    const many = await clerk.get(`${front.home}?q=smith`);
    assert.match(many.text, /somebody may be missing/);
    const one = await clerk.get(`${front.home}?q=leo+smith`);
    assert.match(one.text, /Leo Smith|Smith, Leo/);
    assert.doesNotMatch(one.text, /somebody may be missing/);
  });

  it('does not give a child back that the school took away from a login', async () => {
    const rosa = await front.guardianOf(0);
    const user = await makeUser(front.fair.account._id, 'customer', {
      email: 'rosa@example.org',
      name: 'Rosa Lopez',
    });
    const { _id } = await makeHousehold(front.fair.account._id, [], user._id);
    const student = front.fair.students[0]!._id;
    await Household.updateOne(
      { _id },
      { removed: [{ student, adult: user._id, by: 'roster', since: EVE, removedBy: user._id, at: EVE }] },
    );
    const page = await clerk.get(front.childPath());
    assert.doesNotMatch(page.text, /Rosa/);
    const forged = await front.choose(clerk, 0, 0, 0, { adult: `c${String(rosa._id)}` });
    assert.equal(forged.status, 409);
    assert.equal(await Appointment.countDocuments({}), 0);
    assert.equal((await User.findById(user._id).lean())?.email, 'rosa@example.org');
  });
});
