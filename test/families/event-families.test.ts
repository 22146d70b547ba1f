import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { User } from '../../server/models/user.js';
import { makeAccount, makeUser, Visitor } from '../support/app.js';
import { makeHousehold } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';

describe('families, for who runs one event alone', () => {
  let desk: Desk;
  let helper: Visitor;
  let parent: Awaited<ReturnType<Desk['parentOf']>>;
  let child: string;
  let families: string;
  let home: string;
  let booked: string;
  let other: Types.ObjectId;

  beforeEach(async () => {
    desk = await Desk.open({ students: 3 });
    const { account, event } = desk.fair;
    helper = await new Visitor(desk.test.app).logIn(
      await makeUser(account._id, 'event administrator', { event: event._id }),
    );
    parent = await desk.parentOf(0);
    child = String(desk.fair.students[0]?._id);
    families = `/events/${String(event._id)}/families`;
    home = `${families}/${String(parent.user._id)}`;
    booked = (await desk.book(parent.visitor, 0, 0)).split('/').at(-1) ?? '';
    const more = { name: 'Spring talks', link: 'spring', sortKey: 'spring talks' };
    other = (await Event.create(Object.assign({}, event, more, { _id: new Types.ObjectId() })))._id;
  });

  const inOther = (students: Types.ObjectId[]) =>
    Class.create({
      account: desk.fair.account._id,
      event: other,
      section: new Types.ObjectId(),
      status: 'active',
      synced: { name: 'Choir', teachers: [], students },
      searchKey: 'choir',
      sortKey: 'choir',
    });
  const outsider = () =>
    Contact.create({
      account: desk.fair.account._id,
      type: 'student',
      source: 'hand',
      status: 'active',
      firstName: 'Zoe',
      lastName: 'Elsewhere',
    });
  const remove = (fields: object = { appointments: 'keep' }) =>
    helper.post(`${home}/children/${child}/removal`, { ...fields }, families);

  it('lists the logins with a child or an appointment in the event, and finds them by name and address', async () => {
    const stranger = await makeUser(desk.fair.account._id, 'customer', {
      name: 'Sam Elsewhere',
      email: 'sam@example.org',
    });
    await makeHousehold(desk.fair.account._id, [await outsider()], stranger._id);
    const page = await helper.get(families);
    assert.equal(page.status, 200);
    assert.match(page.text, /Kim Lopez[\s\S]*Ana Lopez/);
    assert.doesNotMatch(page.text, /sam@example\.org/);
    assert.match((await helper.get(`${families}?q=KIM`)).text, /Kim Lopez/);
    assert.doesNotMatch((await helper.get(`${families}?q=nobody`)).text, /Kim Lopez/);
    assert.equal((await helper.get(`${families}/${String(stranger._id)}`)).status, 404);
    assert.equal((await helper.get(`/global-setup/families/${String(parent.user._id)}`)).status, 403);
  });

  it('lists who lost a child of the event, and nobody who lost another one, also where it has thousands of students', async () => {
    const { account, event, students } = desk.fair;
    const lost = async (name: string, child: Parameters<typeof makeHousehold>[1][number]) => {
      const { _id } = await makeUser(account._id, 'customer', { name });
      await makeHousehold(account._id, [child], _id);
      const taken = { student: child._id, by: 'code', removedBy: _id, at: new Date(), since: new Date() };
      await Household.collection.updateOne({ adults: _id }, { $set: { children: [], removed: [taken] } });
    };
    const [, , third] = students;
    assert.ok(third);
    await lost('Lee Within', third);
    await lost('Sam Elsewhere', await outsider());
    for (const more of [0, 1200]) {
      const many = Array.from({ length: more }, () => new Types.ObjectId());
      await Class.collection.updateOne(
        { event: event._id },
        { $push: { 'synced.students': { $each: many } as never } },
      );
      const page = await helper.get(families);
      assert.match(page.text, /Lee Within/);
      assert.doesNotMatch(page.text, /Sam Elsewhere/);
    }
  });

  it('removes a child, gives it back, blocks and unblocks where the whole family is in the event', async () => {
    assert.match((await helper.get(home)).text, /Ana Lopez[\s\S]*Mrs Lee/);
    assert.equal((await remove({ appointments: 'cancel' })).headers.location, home);
    assert.equal((await Appointment.findById(booked).orFail().lean()).state, 'cancelled');
    assert.match((await helper.get(families)).text, /Kim Lopez/);
    await helper.post(`${home}/children/${child}/return`, {}, families);
    const [own] = (await Household.findById(parent.household._id).orFail().lean()).children;
    assert.equal(String(own?.student), child);
    assert.equal((await helper.post(`${home}/block`, {}, families)).headers.location, home);
    const user = () => User.findById(parent.user._id).orFail().lean();
    assert.equal((await user()).blocks?.length, 1);
    await helper.post(`${home}/unblock`, {}, families);
    assert.equal((await user()).blocks?.length, 0);
  });

  it('shows nothing of another event, and leaves to an administrator what concerns it', async () => {
    const zoe = await outsider();
    const cases = {
      'a child of another event': () =>
        Household.updateOne(
          { _id: parent.household._id },
          {
            $push: {
              children: { student: zoe._id, adult: parent.user._id, by: 'school', at: new Date() },
            },
          },
        ),
      'a class of another event': () => inOther([new Types.ObjectId(child)]),
      'an appointment in another event': async () => {
        const one = await Appointment.findById(booked).orFail().lean();
        const own = { _id: new Types.ObjectId(), byKey: new Types.ObjectId().toHexString() };
        await Appointment.create(Object.assign({}, one, own, { event: other }));
      },
    };
    for (const [what, make] of Object.entries(cases)) {
      await make();
      const page = await helper.get(home);
      assert.match(page.text, /only an administrator can remove/, what);
      assert.doesNotMatch(page.text, /Zoe|Spring talks|Block login|>Remove/, what);
      for (const path of ['block', 'unblock', `children/${child}/removal`, `children/${child}/return`]) {
        assert.equal((await helper.get(`${home}/${path}`)).status, 409, `${what}: ${path}`);
        const sent = await helper.post(`${home}/${path}`, { appointments: 'cancel' }, families);
        assert.equal(sent.status, 409, `${what}: ${path}`);
        assert.match(sent.text, /Only an administrator can do this/);
      }
      assert.equal((await Appointment.findById(booked).orFail().lean()).state, 'booked');
      await Promise.all([
        Household.updateOne({ _id: parent.household._id }, { $pull: { children: { student: zoe._id } } }),
        Class.deleteMany({ event: other }),
        Appointment.deleteMany({ event: other }),
      ]);
    }
    assert.equal((await helper.get(`${home}/block`)).status, 200);
  });

  it('joins no family that is in another event too, or in none', async () => {
    const account = desk.fair.account._id;
    const [elsewhere, both] = await Promise.all(
      ['sam@example.org', 'bea@example.org'].map((email) => makeUser(account, 'customer', { email })),
    );
    const zoe = await outsider();
    await makeHousehold(account, [zoe], elsewhere!._id);
    await makeHousehold(account, [zoe, ...desk.fair.students.slice(1, 2)], both!._id);
    for (const { email } of [elsewhere!, both!]) {
      const sent = await helper.post(`${home}/together`, { email }, families);
      assert.equal(sent.status, 422);
      assert.match(sent.text, /Ask an administrator of your school/);
      assert.doesNotMatch(sent.text, /Zoe/);
    }
    assert.equal((await Household.findOne({ adults: parent.user._id }).lean())?.adults.length, 1);
  });

  it('an event that is over or archived stands in nobody’s way', async () => {
    await inOther([new Types.ObjectId(child)]);
    assert.equal((await helper.get(`${home}/block`)).status, 409);
    await Event.updateOne({ _id: other }, { $set: { days: ['2026-03-01'] } });
    assert.equal((await helper.get(`${home}/block`)).status, 200);
    await Event.updateOne({ _id: other }, { $set: { days: ['2027-03-01'], status: 'archived' } });
    assert.equal((await helper.get(`${home}/block`)).status, 200);
  });

  it('a child of another event that is added between the look and the click is not touched', async () => {
    const zoe = await outsider();
    const { findAdult } = await import('../../server/families/queries.js');
    const { removeChild } = await import('../../server/families/remove-child.js');
    const now = desk.test.deps.now();
    const adult = await findAdult(
      { account: desk.fair.account._id, locale: 'en-US' },
      parent.user._id,
      now,
      desk.fair.event._id,
    );
    assert.ok(adult?.household && adult.part?.isWhole);
    await Household.updateOne(
      { _id: parent.household._id },
      { $push: { children: { student: zoe._id, adult: parent.user._id, by: 'school', at: now } } },
    );
    const actor = { account: desk.fair.account._id, user: parent.user._id } as Parameters<
      typeof removeChild
    >[1];
    const done = await removeChild(
      desk.test.deps,
      actor,
      Object.assign(adult, { household: adult.household }),
      {
        student: new Types.ObjectId(child),
        outcome: 'cancel',
        tell: false,
      },
    );
    assert.equal(done, undefined);
    assert.equal((await Household.findById(parent.household._id).orFail().lean()).children.length, 2);
    assert.equal((await Appointment.findById(booked).orFail().lean()).state, 'booked');
  });

  it('a lower level of the event, who runs another event, and another account get nothing', async () => {
    const { account, event } = desk.fair;
    const far = await makeAccount('Oak School');
    const readers = [
      [await makeUser(account._id, 'resource administrator', { event: event._id }), 403],
      [await makeUser(account._id, 'event administrator', { event: other }), 404],
      [await makeUser(far._id, 'administrator'), 404],
    ] as const;
    for (const [user, status] of readers) {
      const visitor = await new Visitor(desk.test.app).logIn(user);
      for (const path of [families, home]) assert.equal((await visitor.get(path)).status, status, path);
      assert.equal((await visitor.post(`${home}/block`, {}, '/events')).status, status);
    }
    const elsewhere = await new Visitor(desk.test.app).logIn(readers[1][0]);
    const path = `/events/${String(other)}/families/${String(parent.user._id)}`;
    assert.equal((await elsewhere.get(path)).status, 404);
  });
});
