import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { Diary } from '../../server/models/diary.js';
import { Notification } from '../../server/models/notification.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import {
  bookSlot,
  DAY,
  EVE,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
} from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';

describe('several teachers in one slot', () => {
  let test: TestApp;
  let fair: Conference;
  let office: Visitor;
  let home: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    fair = await makeConference({ students: 3, teachers: 3 });
    office = await new Visitor(test.app).logIn(await makeUser(fair.account._id, 'event administrator'));
    home = `/events/${fair.event._id.toHexString()}`;
  });

  const slotOf = (teacher: number, n = 0) => fair.teachers[teacher]!.slots[n]!;
  const change = (act: 'add' | 'remove', teacher: number, slot = slotOf(0)) => {
    const page = `${home}/day-sheet/${slot._id.toHexString()}/team`;
    return office.post(page, { act, holder: fair.teachers[teacher]!.resource._id.toHexString() }, page);
  };
  const family = async (n: number) => {
    const login = await makeUser(fair.account._id, 'customer');
    const household = await makeHousehold(fair.account._id, [fair.students[n]!], login._id);
    return { household, visitor: await new Visitor(test.app).logIn(login) };
  };
  const busyOf = async (teacher: number) =>
    (
      await Diary.find({ _id: new RegExp(`^${fair.teachers[teacher]!.contact._id.toHexString()}:`) }).lean()
    ).flatMap(({ busy }) => busy);

  it('blocks each one’s diary, shows all names to the family, and stands in each teacher’s schedule', async () => {
    assert.equal((await change('add', 1)).status, 303);
    const first = await family(0);
    const times = `/e/${fair.event.link}/times/${fair.teachers[0]!.resource._id.toHexString()}?student=${fair.students[0]!._id.toHexString()}`;
    assert.match((await first.visitor.get(times)).text, /With Mr Park/);
    const booked = await bookSlot(test.deps, wishOf(fair, first.household, slotOf(0)));
    assert.equal(booked.ok, true);
    const second = await family(1);
    assert.deepEqual(await bookSlot(test.deps, wishOf(fair, second.household, slotOf(1))), {
      ok: false,
      reason: 'teacher busy',
    });
    assert.equal((await bookSlot(test.deps, wishOf(fair, second.household, slotOf(1, 1)))).ok, true);

    assert.match((await first.visitor.get(`/e/${fair.event.link}/schedule`)).text, /Mrs Lee and Mr Park/);
    assert.match((await first.visitor.get(`/e/${fair.event.link}/schedule.ics`)).text, /Mrs Lee and Mr Park/);
    const mail = await Notification.findOne({ kind: 'appointment booked' }).lean();
    assert.match(mail!.text, /Mrs Lee and Mr Park/);
    const report = await office.get(`/reports/${fair.event._id.toHexString()}/schedule?q=park`);
    assert.match(report.text, /Ana Lopez[\s\S]*Together: Mrs Lee, Mr Park/);
    const print = await office.get(`/reports/${fair.event._id.toHexString()}/schedule/print?q=park`);
    assert.match(print.text, /Together: Mrs Lee, Mr Park/);
    const sheet = await office.get(`${home}/day-sheet?day=${DAY}&q=park`);
    assert.match(sheet.text, /Ana L\./);
  });

  it('refuses both ways: a slot whose second teacher is taken is not free, for whoever looks and whoever books', async () => {
    await change('add', 1);
    const second = await family(1);
    assert.equal((await bookSlot(test.deps, wishOf(fair, second.household, slotOf(1)))).ok, true);
    const first = await family(0);
    assert.deepEqual(await bookSlot(test.deps, wishOf(fair, first.household, slotOf(0))), {
      ok: false,
      reason: 'teacher busy',
    });
    const times = `/e/${fair.event.link}/times/${fair.teachers[0]!.resource._id.toHexString()}?student=${fair.students[0]!._id.toHexString()}`;
    assert.match((await first.visitor.get(times)).text, /Mr Park has another meeting then/);
  });

  it('whoever joins a booked slot is entered and the family told once, and taken out again likewise', async () => {
    const first = await family(0);
    assert.equal((await bookSlot(test.deps, wishOf(fair, first.household, slotOf(0)))).ok, true);
    const page = `${home}/day-sheet/${slotOf(0)._id.toHexString()}/team`;
    assert.equal((await change('add', 1)).status, 303);
    assert.match((await office.get(page)).text, /Saved\. No email server is set up/);
    assert.equal((await change('add', 1)).status, 303);
    assert.match((await office.get(page)).text, /Saved\.\s*</);
    assert.equal((await busyOf(1)).length, 1);
    const told = await Notification.find({ kind: 'appointment changed' }).lean();
    assert.equal(told.length, 1);
    assert.match(told[0]!.text, /Mr Park joins this meeting/);
    assert.match(told[0]!.ics ?? '', /SEQUENCE:2/);
    await User.updateOne({ _id: first.household.adults[0] }, { $set: { language: 'es' } });
    await change('remove', 1);
    assert.equal((await busyOf(1)).length, 0);
    assert.equal((await busyOf(0)).length, 1);
    const again = await Notification.find({ kind: 'appointment changed' }).sort({ _id: 1 }).lean();
    assert.equal(again.length, 2);
    assert.match(again[1]!.text, /Mr Park ya no participa en esta cita/, 'in the words of whoever reads it');
    assert.doesNotMatch(again[1]!.text, /takes part/);
    assert.equal((await Appointment.findOne({ slot: slotOf(0)._id }).lean())?.with, undefined);
  });

  it('nobody who has another meeting then can join a booked slot', async () => {
    const [first, second] = [await family(0), await family(1)];
    assert.equal((await bookSlot(test.deps, wishOf(fair, first.household, slotOf(0)))).ok, true);
    assert.equal((await bookSlot(test.deps, wishOf(fair, second.household, slotOf(1)))).ok, true);
    const refused = await change('add', 1);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /They have another appointment at that time/);
    assert.equal((await Slot.findById(slotOf(0)._id).lean())?.with, undefined);
    assert.equal(await Notification.countDocuments({ kind: 'appointment changed' }), 0);
  });

  it('a death after the change and before the diaries is made good by the job, which tells the family once', async () => {
    const first = await family(0);
    assert.equal((await bookSlot(test.deps, wishOf(fair, first.household, slotOf(0)))).ok, true);
    // As the process that died left it.
    const joined = { with: [fair.teachers[1]!.resource._id], unsettled: true };
    await Slot.updateOne({ _id: slotOf(0)._id }, { $set: joined });
    await expireHolds(test.deps, new AbortController().signal);
    await expireHolds(test.deps, new AbortController().signal);
    assert.equal((await busyOf(1)).length, 1);
    assert.equal(await Notification.countDocuments({ kind: 'appointment changed' }), 1);
    assert.equal(await Slot.countDocuments({ unsettled: true }), 0);
  });

  it('and where the second teacher was booked elsewhere meanwhile, the job takes them out again: nobody is at two places', async () => {
    const [first, second] = [await family(0), await family(1)];
    assert.equal((await bookSlot(test.deps, wishOf(fair, first.household, slotOf(0)))).ok, true);
    assert.equal((await bookSlot(test.deps, wishOf(fair, second.household, slotOf(1)))).ok, true);
    const joined = { with: [fair.teachers[1]!.resource._id], unsettled: true };
    await Slot.updateOne({ _id: slotOf(0)._id }, { $set: joined });
    await expireHolds(test.deps, new AbortController().signal);
    assert.deepEqual((await Slot.findById(slotOf(0)._id).lean())?.with ?? [], []);
    assert.equal((await busyOf(1)).length, 1);
    assert.equal(await Notification.countDocuments({ kind: 'appointment changed' }), 0);
  });
});
