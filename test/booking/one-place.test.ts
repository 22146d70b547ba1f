import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { Desk } from '../support/booking/desk.js';

/** As far from Chicago as there is, to both sides, and some that are off by less than an hour. */
const ZONES = ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'];

/** A press that was refused. */
const REFUSED = /error-summary/;

describe('nobody is at two places', () => {
  let desk: Desk;
  const liveIn = (timeZone: string) =>
    Account.updateOne({ _id: desk.fair.account._id }, { $set: { timeZone } });

  beforeEach(async () => {
    // From 5 PM in Chicago: UTC's midnight is an hour later, so some times lie on either side of it.
    desk = await Desk.open({ slots: 9 });
  });

  for (const zone of ZONES)
    for (const slot of [2, 5, 6, 8])
      it(`a family, after the school’s zone became ${zone}: time ${String(slot)}`, async () => {
        const { visitor } = await desk.parentOf(0);
        await desk.book(visitor, 0, slot);
        await liveIn(zone);
        const answer = await desk.choose(visitor, 1, slot);
        assert.match(answer.text, /At .* you meet /);
        await desk.book(visitor, 1, slot === 8 ? 7 : slot + 1);
      });

  /** The same teacher in another event of the school, whose one slot lies across the n-th here by half. */
  async function elsewhere(n: number): Promise<{ link: string; slot: Slot; resource: Resource }> {
    const { account, event, teachers, students } = desk.fair;
    const { contact, slots } = teachers[0]!;
    const { _id: _event, ...same } = event;
    const other = await Event.create({ ...same, link: `other-${String(n)}`, name: 'Other' });
    const scope = { account: account._id, event: other._id };
    const resource = await Resource.create({
      ...scope,
      contact: contact._id,
      name: 'Mrs Lee',
      status: 'active',
    });
    await Class.create({
      ...scope,
      status: 'active',
      synced: { name: 'Other', teachers: [contact._id], students: students.map(({ _id }) => _id) },
    });
    const at = slots[n]!;
    const slot = await Slot.create({
      ...scope,
      resource: resource._id,
      from: new Date(+at.from + 300_000),
      to: new Date(+at.to + 300_000),
      day: at.day,
    });
    return { link: other.link, slot: slot.toObject(), resource: resource.toObject() };
  }

  for (const slot of [4, 5, 6])
    it(`a teacher who sits in another event, after a change of zone: time ${String(slot)}`, async () => {
      const { visitor } = await desk.parentOf(0);
      await desk.book(visitor, 0, slot);
      await liveIn('Asia/Tokyo');
      const { link, slot: across, resource } = await elsewhere(slot);
      const other = await desk.parentOf(1);
      const home = `/e/${link}`;
      const child = String(desk.fair.students[1]!._id);
      const page = await other.visitor.get(`${home}/times/${String(resource._id)}?student=${child}`);
      assert.match(page.text, /The teacher has another meeting then/);
      const answer = await other.visitor.post(
        `${home}/appointments`,
        { slot: String(across._id), student: child, key: 'k1' },
        home,
      );
      const why = await other.visitor.get(answer.headers.location ?? '');
      assert.match(why.text, /error-summary[\s\S]*The teacher has another meeting then/);
    });

  describe('a teacher who is a parent here', () => {
    /** The login of the second teacher, with a child in the first one's class. */
    async function teacherParent(tie: 'grant' | 'email') {
      const { account, students, teachers } = desk.fair;
      const { contact } = teachers[1]!;
      const { visitor, user } = await desk.parent({ email: 'park@example.org' });
      await Household.create({
        account: account._id,
        adults: [user._id],
        children: [{ student: students[0]!._id, adult: user._id, by: 'school', at: new Date() }],
        createdAt: new Date(),
      });
      if (tie === 'grant')
        await User.updateOne({ _id: user._id }, { $set: { 'grants.0.contact': contact._id } });
      else await Contact.updateOne({ _id: contact._id }, { $set: { email: user.email } });
      return visitor;
    }

    for (const tie of ['grant', 'email'] as const) {
      it(`meets no teacher while a family is with them (by ${tie})`, async () => {
        const parent = await teacherParent(tie);
        const { visitor } = await desk.parentOf(1);
        await desk.book(visitor, 1, 3, 1);
        assert.match(
          (await parent.get(desk.timesPath())).text,
          /You’re meeting another family as a teacher then/,
        );
        const answer = await desk.choose(parent, 0, 3);
        assert.match(answer.text, /error-summary[\s\S]*You’re meeting another family as a teacher then/);
        await desk.book(parent, 0, 4);
      });

      it(`sees no family while they are at their own child’s teacher (by ${tie})`, async () => {
        const parent = await teacherParent(tie);
        await desk.book(parent, 0, 3);
        const { visitor } = await desk.parentOf(1);
        assert.match((await visitor.get(desk.timesPath(1, 1))).text, /The teacher has another meeting then/);
        const answer = await desk.choose(visitor, 1, 3, 1);
        assert.match(answer.text, /error-summary[\s\S]*The teacher has another meeting then/);
        await desk.book(visitor, 1, 4, 1);
      });
    }

    it('keeps the gap between the meetings of their own family, also to the one in which they are the teacher', async () => {
      await Event.updateOne({}, { $set: { 'booking.gapMinutes': 20 } });
      const parent = await teacherParent('grant');
      await desk.book(parent, 0, 1);
      assert.match((await desk.choose(parent, 1, 2)).text, REFUSED);
      await desk.book(parent, 1, 4);
    });

    it('also where the login was tied to the teacher after both had been booked', async () => {
      const { visitor } = await desk.parentOf(1);
      await desk.book(visitor, 1, 3, 1);
      const { user, visitor: parent } = await desk.parentOf(0);
      await desk.book(parent, 0, 5);
      await User.updateOne(
        { _id: user._id },
        { $set: { 'grants.0.contact': desk.fair.teachers[1]!.contact._id } },
      );
      assert.match((await desk.choose(visitor, 1, 5, 1)).text, REFUSED);
      await Appointment.deleteMany({
        household: { $exists: true },
        from: desk.fair.teachers[0]!.slots[5]!.from,
      });
      assert.match((await desk.choose(parent, 0, 3)).text, REFUSED);
    });

    it('an address that nobody has proven ties no one', async () => {
      const parent = await teacherParent('email');
      await User.updateOne({ email: 'park@example.org' }, { $unset: { emailProvenAt: 1 } });
      const { visitor } = await desk.parentOf(1);
      await desk.book(visitor, 1, 3, 1);
      await desk.book(parent, 0, 3);
    });
  });
});

describe('the answer to a time that cannot be had', () => {
  it('tells nothing of a teacher who is not that family’s, whatever the state of the time', async () => {
    const desk = await Desk.open({ teachers: 3 });
    const { visitor } = await desk.parentOf(0);
    const foreign = desk.fair.teachers[2]!;
    await Class.updateOne({ _id: foreign.class._id }, { $set: { 'synced.students': [] } });
    const answers: string[] = [];
    for (const state of ['visible', 'hidden', 'unavailable', 'call the school'] as const) {
      await Slot.updateMany({ resource: foreign.resource._id }, { $set: { state } });
      const answer = await desk.choose(visitor, 0, 0, 0, { slot: String(foreign.slots[1]!._id) });
      assert.equal(answer.headers.location, desk.home, state);
      assert.ok(!answer.text.includes('Ms Cohen'), 'no name');
      assert.ok(!answer.text.includes('Room 12'), 'no room');
      assert.doesNotMatch(answer.text, /5:(00|10|20)|class="time/, 'no times');
      const { text } = await visitor.get(desk.home);
      answers.push(/role="status"[\s\S]*?<\/p>/.exec(text)?.[0] ?? text);
    }
    assert.equal(new Set(answers).size, 1, 'always the same');
    const change = { change: String(foreign.slots[0]!._id), slot: String(foreign.slots[0]!._id) };
    assert.ok(!(await desk.choose(visitor, 0, 0, 0, change)).text.includes('Ms Cohen'));
    assert.equal((await visitor.get(desk.timesPath(2, 0))).status, 404);
  });

  it('counts nobody else’s meeting as free, whatever the address says is to be changed', async () => {
    const desk = await Desk.open();
    const first = await desk.parentOf(0);
    const path = await desk.book(first.visitor, 0, 1);
    const second = await desk.parentOf(1);
    const page = await second.visitor.get(`${desk.timesPath(0, 1)}&change=${path.split('/').at(-1) ?? ''}`);
    assert.match(page.text, /Another family has this time/);
  });
});
