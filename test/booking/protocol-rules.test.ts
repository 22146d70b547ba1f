import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Slot } from '../../server/models/slot.js';
import { DAY, EVE, makeHousehold } from '../support/booking/conference.js';
import { TwoFamilies, idOf } from '../support/booking/two-families.js';

describe('the rules of a booking', () => {
  const desk = new TwoFamilies();
  beforeEach(() => desk.begin());

  it('refuses an adult two meetings at one time, and lets them touch', async () => {
    idOf(await desk.book(desk.family, desk.slot(0, 0)));
    assert.deepEqual(await desk.book(desk.family, desk.slot(1, 0)), { ok: false, reason: 'household busy' });
    idOf(await desk.book(desk.family, desk.slot(1, 1)));
  });

  it('keeps the gap between two meetings, before and after, and no more than it', async () => {
    await desk.set({ booking: { gapMinutes: 10 }, teachers: 3 });
    idOf(await desk.book(desk.family, desk.slot(0, 1)));
    assert.deepEqual(await desk.book(desk.family, desk.slot(1, 2)), { ok: false, reason: 'household busy' });
    assert.deepEqual(await desk.book(desk.family, desk.slot(1, 0)), { ok: false, reason: 'household busy' });
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { 'booking.gapMinutes': 0 } });
    await desk.cancel((await Appointment.findOne({ state: 'booked' }).lean())!._id);
    idOf(await desk.book(desk.family, desk.slot(0, 0)));
    idOf(await desk.book(desk.family, desk.slot(1, 2)));
  });

  it('refuses a teacher who sits elsewhere, in another event too', async () => {
    const elsewhere = idOf(await desk.book(desk.others, desk.slot(1, 2)));
    await Diary.create({
      _id: `${desk.fair.teachers[0]!.contact._id.toHexString()}:${DAY}`,
      account: desk.fair.account._id,
      busy: [
        {
          from: new Date(desk.slot().from.getTime() + 300_000),
          to: new Date(desk.slot().to.getTime() + 300_000),
          slot: new Types.ObjectId(),
          appointment: elsewhere,
        },
      ],
    });
    assert.deepEqual(await desk.book(desk.family, desk.slot()), { ok: false, reason: 'teacher busy' });
  });

  it('holds the limit per student and teacher across households', async () => {
    idOf(await desk.book(desk.family, desk.slot(0, 0)));
    const second = await makeHousehold(desk.fair.account._id, desk.fair.students.slice(0, 1));
    assert.deepEqual(await desk.book(second, desk.slot(0, 1)), { ok: false, reason: 'teacher limit' });
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { 'booking.perStudentAndTeacher': 2 } });
    desk.fair.event.booking.perStudentAndTeacher = 2;
    idOf(await desk.book(second, desk.slot(0, 1)));
  });

  it('holds the number set for a class, also one above the usual', async () => {
    const { class: held } = desk.fair.teachers[0]!;
    await Class.updateOne({ _id: held._id }, { $set: { 'edits.allowed': 2 } });
    idOf(await desk.book(desk.family, desk.slot(0, 0)));
    idOf(await desk.book(desk.family, desk.slot(0, 1)));
    assert.deepEqual(await desk.book(desk.family, desk.slot(0, 2)), { ok: false, reason: 'teacher limit' });
  });

  it('holds the limit of a household, through two tabs at once', async () => {
    await desk.set({ booking: { perHousehold: 1 }, teachers: 3 });
    const answers = await Promise.all([0, 1, 2].map((n) => desk.book(desk.family, desk.slot(n, n))));
    assert.equal(answers.filter((answer) => answer.ok).length, 1);
  });

  it('refuses by the rules of the event, the slot, the class and the child', async () => {
    const { event } = desk.fair;
    const cases: [string, () => unknown, string][] = [
      ['before booking opens', () => (event.booking.opensAt = new Date(EVE.getTime() + 1)), 'not open'],
      ['when no begin is set', () => delete event.booking.opensAt, 'not open'],
      ['after it closes', () => (event.booking.closesAt = EVE), 'not open'],
      ['too near the slot', () => (event.booking.stopHoursBefore = 30), 'too late'],
      ['a hidden slot', () => Slot.updateMany({}, { $set: { state: 'hidden' } }), 'not offered'],
      ['a hidden class', () => Class.updateMany({}, { $set: { 'edits.type': 'Hide' } }), 'no class'],
      ['a deleted class', () => Class.updateMany({}, { $set: { status: 'deleted' } }), 'no class'],
      ['a class that allows none', () => Class.updateMany({}, { $set: { 'edits.allowed': 0 } }), 'no class'],
    ];
    for (const [name, change, reason] of cases) {
      const kept = structuredClone(event.booking);
      await change();
      assert.deepEqual(await desk.book(desk.family, desk.slot()), { ok: false, reason }, name);
      event.booking = kept;
      await Slot.updateMany({}, { $set: { state: 'visible' } });
      await Class.updateMany({}, { $set: { status: 'active', edits: {} } });
    }
    const stranger = { students: [desk.fair.students[1]!._id] };
    assert.deepEqual(await desk.book(desk.family, desk.slot(), stranger), {
      ok: false,
      reason: 'not your child',
    });
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 0);
  });

  it('lets staff book outside the window where the event allows it', async () => {
    desk.fair.event.booking.closesAt = EVE;
    assert.ok((await desk.book(desk.family, desk.slot(), { by: 'school' })).ok);
    desk.fair.event.booking.staffAnytime = false;
    assert.deepEqual(await desk.book(desk.others, desk.slot(0, 1), { by: 'school' }), {
      ok: false,
      reason: 'not open',
    });
  });
});
