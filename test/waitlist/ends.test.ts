import assert from 'node:assert/strict';
import { offerTimesJob } from '../../jobs/keep-waitlists.js';
import { endHolds } from '../../server/booking/end-holds.js';
import { holdSlot } from '../../server/booking/hold-slot.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { lineKey, WaitlistEntry } from '../../server/models/waitlist-entry.js';
import { findOpenings } from '../../server/planning/find-openings.js';
import { joinWaitlist } from '../../server/waitlist/join-waitlist.js';
import { keepWaitlist, keepWaitlists } from '../../server/waitlist/keep-waitlists.js';
import { letLineGoFirst } from '../../server/waitlist/offer-times.js';
import { EVE, wishOf } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';

const never = new AbortController().signal;
const MINUTE = 60_000;
type Parent = Awaited<ReturnType<Desk['parentOf']>>;

describe('what ends an offer or an entry of the waitlist', () => {
  let desk: Desk;
  let kim: Parent;
  let lou: Parent;

  const slotOf = (teacher: number, slot: number) => desk.fair.teachers[teacher]!.slots[slot]!;
  const show = (teacher: number, slot: number, state: 'visible' | 'hidden' = 'visible') =>
    Slot.updateOne({ _id: slotOf(teacher, slot)._id }, { state });
  const work = () => keepWaitlists(desk.test.deps, never);
  const later = (minutes: number) => desk.test.setNow(new Date(EVE.getTime() + minutes * MINUTE));
  const entryOf = ({ household }: Parent) =>
    WaitlistEntry.findOne({ household: household._id }).orFail().lean();
  const mailsOf = (kind: string) => Notification.find({ kind }).lean();

  async function join({ household, user }: Parent, child = household.children[0]!.student, teacher = 0) {
    const { event, teachers } = desk.fair;
    const { resource } = teachers[teacher]!;
    const joined = await joinWaitlist(desk.test.deps, {
      ...{ event, resource: resource._id, household: household._id, user: user._id, students: [child] },
    });
    assert.ok(joined.ok);
  }

  const press = ({ household, user }: Parent, teacher: number, slot: number) =>
    holdSlot(desk.test.deps, { ...wishOf(desk.fair, household, slotOf(teacher, slot)), user: user._id });

  beforeEach(async () => {
    desk = await Desk.open({
      teachers: 2,
      students: 3,
      slots: 3,
      booking: { waitlistMinutes: 60, inARow: 2 },
    });
    [kim, lou] = [await desk.parentOf(0), await desk.parentOf(1)];
    await Slot.updateMany({}, { state: 'hidden' });
    await join(kim);
    later(1);
    await join(lou);
  });

  it('takes a blocked login off the list: the next in line has the time', async () => {
    await show(0, 0);
    await work();
    assert.equal((await entryOf(kim)).state, 'offered');
    const { account } = desk.fair.event;
    await User.updateOne(
      { _id: kim.user._id },
      { $push: { blocks: { account, at: EVE, by: lou.user._id } } },
    );
    await endHolds(desk.test.deps, kim.household);
    await work();
    assert.equal((await entryOf(kim)).state, 'removed');
    assert.equal((await entryOf(lou)).state, 'offered');
    assert.deepEqual(await mailsOf('waitlist taken back'), []);
  });

  it('takes off whose child left the class, but not while the class is hidden', async () => {
    const { teachers, students } = desk.fair;
    const of = { event: desk.fair.event._id, 'synced.teachers.0': teachers[0]!.resource.contact! };
    const classes = await Class.find(of).lean();
    await Class.updateMany(of, { 'edits.allowed': 0 });
    await show(0, 0);
    await work();
    assert.equal((await entryOf(kim)).state, 'waiting');
    for (const { _id, edits } of classes)
      await Class.updateOne({ _id }, { $set: { edits }, $pull: { 'synced.students': students[0]!._id } });
    await work();
    assert.equal((await entryOf(lou)).state, 'offered');
    await show(0, 1);
    await work();
    assert.equal((await entryOf(kim)).state, 'gone');
  });

  it('takes off who waits for something made by hand that is deleted, also while nothing is free', async () => {
    const { resource } = desk.fair.teachers[0]!;
    const byHand = { kind: 'person', hidden: true, for: 'all' };
    await Resource.collection.updateOne({ _id: resource._id }, { $set: { status: 'gone' } });
    await work();
    assert.equal((await entryOf(kim)).state, 'waiting', 'a teacher may come back');
    await Resource.collection.updateOne({ _id: resource._id }, { $set: { byHand } });
    await work();
    assert.equal((await entryOf(kim)).state, 'gone');
  });

  it('takes off whose only login is deleted', async () => {
    await User.deleteOne({ _id: kim.user._id });
    await work();
    assert.equal((await entryOf(kim)).state, 'gone');
  });

  it('ends the line of an archived event, and tells whoever has an offer', async () => {
    await show(0, 0);
    await work();
    await Event.updateOne({ _id: desk.fair.event._id }, { status: 'archived' });
    await work();
    await work();
    assert.deepEqual([(await entryOf(kim)).state, (await entryOf(lou)).state], ['gone', 'gone']);
    const told = await mailsOf('waitlist taken back');
    assert.deepEqual(
      told.map(({ to }) => to),
      [kim.user.email],
    );
    assert.match(told[0]!.text, /kept for you isn’t available anymore/);
    assert.doesNotMatch(told[0]!.text, /keep your place/);
  });

  it('keeps an offer whatever else the family presses, in a plan too', async () => {
    await show(0, 0);
    await work();
    const { offer } = await entryOf(kim);
    await Slot.updateMany({}, { state: 'visible' });
    // At the same hour with another teacher, and at another one.
    assert.equal((await press(kim, 1, 0)).ok, false);
    assert.equal((await press(kim, 1, 1)).ok, true);
    assert.equal((await Appointment.findById(offer?.appointment).lean())?.state, 'pending');
    const family = { event: desk.fair.event, household: kim.household, actor: { user: kim.user._id } };
    const wanted = [
      { students: [kim.household.children[0]!.student], resource: desk.fair.teachers[1]!.resource._id },
    ];
    const { offers } = await findOpenings(family as never, wanted, desk.test.deps.now());
    assert.ok(offers[0]!.openings.length > 0);
    // The time itself they may press on, and no mail says that it is gone.
    assert.equal((await press(kim, 0, 0)).ok, true);
    await work();
    assert.deepEqual(await mailsOf('waitlist taken back'), []);
  });

  it('tells once that the school took an offered time away, unless nobody has heard of it', async () => {
    await show(0, 0);
    await work();
    await show(0, 0, 'hidden');
    await work();
    await work();
    const told = await mailsOf('waitlist taken back');
    assert.equal(told.length, 1);
    assert.match(told[0]!.text, /Mrs Lee[\s\S]*5:00[\s\S]*You keep your place/);
    assert.equal((await entryOf(kim)).state, 'waiting');

    // 11 PM in Chicago: the mail waits until morning, and then says nothing.
    desk.test.setNow(new Date('2026-11-24T05:00:00Z'));
    await show(0, 1);
    await work();
    assert.equal((await mailsOf('waitlist offer')).length, 2);
    await Appointment.updateMany({ state: 'pending' }, { state: 'expired' });
    await show(0, 1, 'hidden');
    await work();
    assert.equal((await mailsOf('waitlist offer')).length, 1);
    assert.equal((await mailsOf('waitlist taken back')).length, 1);
  });

  it('looks at the line of the teacher whose time is free, and at no other', async () => {
    const { event } = desk.fair;
    await join(lou, lou.household.children[0]!.student, 1);
    await Slot.updateMany({}, { state: 'visible' });
    const one = await entryOf(kim);
    await offerTimesJob(desk.test.deps, lineKey(one), never);
    const offered = await WaitlistEntry.find({ state: 'offered' }).lean();
    assert.equal(offered.length, 2);
    assert.ok(offered.every(({ resource }) => resource.equals(one.resource)));
    await keepWaitlist(desk.test.deps, { event: event._id }, never);
    assert.equal(await WaitlistEntry.countDocuments({ state: 'offered' }), 3);
  });

  it('offers only the time that somebody is about to take, and never stands in their way', async () => {
    await Slot.updateMany({}, { state: 'visible' });
    await letLineGoFirst(desk.test.deps, desk.fair.event, slotOf(0, 2)._id);
    const offered = await WaitlistEntry.find({ state: 'offered' }).lean();
    assert.deepEqual(
      offered.map(({ offer }) => String(offer?.slot)),
      [String(slotOf(0, 2)._id)],
    );
    // An offer that is being made and is booked already is no offer to be made again and again.
    await Appointment.updateMany({ state: 'pending' }, { state: 'booked', $unset: { expiresAt: 1 } });
    await WaitlistEntry.updateMany({ state: 'offered' }, { state: 'offering' });
    await letLineGoFirst(desk.test.deps, desk.fair.event, slotOf(0, 1)._id);
    assert.deepEqual([(await entryOf(kim)).state, (await entryOf(lou)).state], ['booked', 'offered']);
    // A line that fails is no reason to refuse a booking.
    const aggregate = Slot.aggregate.bind(Slot);
    Slot.aggregate = () => {
      throw new Error('made up');
    };
    await letLineGoFirst(desk.test.deps, desk.fair.event, slotOf(0, 0)._id).finally(() => {
      Slot.aggregate = aggregate;
    });
  });

  it('lets nobody past by holding a time again, or by a longer meeting', async () => {
    await WaitlistEntry.deleteMany({ household: lou.household._id });
    await show(0, 0);
    // Kim can't come at the first time.
    const first = slotOf(0, 0);
    await WaitlistEntry.updateOne(
      { household: kim.household._id },
      { passed: [`${String(first._id)}@${first.from.getTime()}`] },
    );
    const chosen = await desk.choose(lou.visitor, 0, 0, 1);
    const path = chosen.headers.location ?? '';
    await show(0, 1);
    await lou.visitor.post(`${path}/confirm`, { inARow: '2', note: '' }, path);
    assert.equal(String((await entryOf(kim)).offer?.slot), String(slotOf(0, 1)._id));

    // Lou's hold runs out, and now it is Kim's turn.
    await WaitlistEntry.deleteMany({});
    await Slot.updateMany({}, { state: 'hidden' });
    await Appointment.updateMany({ state: 'pending', offer: { $exists: true } }, { state: 'expired' });
    await join(kim);
    await show(0, 0);
    later(30);
    await lou.visitor.post(`${path}/again`, {}, path);
    assert.equal(String((await entryOf(kim)).offer?.slot), String(first._id));
  });
});
