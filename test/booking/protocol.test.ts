import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { holdSlot, type Held } from '../../server/booking/hold-slot.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { Appointment } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Class } from '../../server/models/class.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import type { Household } from '../../server/models/household.js';
import { Slot } from '../../server/models/slot.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';
import { switchClaimsOff } from '../support/without-claims.js';
import {
  bookSlot,
  DAY,
  EVE,
  findDoubles,
  heldBy,
  makeConference,
  makeHousehold,
  stateOf,
  wishOf,
  type Conference,
  type ConferenceOptions,
} from '../support/booking/conference.js';

const never = new AbortController().signal;

function idOf(held: Held): Types.ObjectId {
  assert.ok(held.ok, held.ok ? '' : held.reason);
  return held.appointment._id;
}

describe('the booking protocol', () => {
  let test: TestApp;
  let fair: Conference;
  let family: Household;
  let others: Household;

  async function set(options: ConferenceOptions = {}): Promise<void> {
    fair = await makeConference(options);
    family = await makeHousehold(fair.account._id, fair.students.slice(0, 1));
    others = await makeHousehold(fair.account._id, fair.students.slice(1, 2));
  }
  const slot = (teacher = 0, n = 0): Slot => fair.teachers[teacher]!.slots[n]!;
  const book = (household: Household, at: Slot, more = {}) =>
    asApp(() => bookSlot(test.deps, wishOf(fair, household, at, more)));
  const hold = (household: Household, at: Slot, more = {}) =>
    asApp(() => holdSlot(test.deps, wishOf(fair, household, at, more)));
  const cancel = (id: Types.ObjectId, by: 'household' | 'school' = 'household') =>
    asApp(() =>
      cancelAppointment(test.deps, {
        appointment: { _id: id, account: fair.account._id },
        by,
        actor: { user: family.adults[0]! },
      }),
    );
  const later = (ms: number): void => test.setNow(new Date(EVE.getTime() + ms));
  const clean = () => asApp(() => expireHolds(test.deps, never));

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    await set();
  });

  it('books what was held, records the class, and holds seat, limits and both diaries', async () => {
    const id = idOf(await book(family, slot()));
    const kept = await Appointment.findById(id).lean();
    assert.equal(kept?.state, 'booked');
    assert.ok(kept.class?.equals(fair.teachers[0]!.class._id));
    assert.equal(kept.unfinished, undefined);
    assert.deepEqual(
      (await heldBy(id)).map((name) => name.split(':')[0]).sort(),
      [
        'slot',
        'limit',
        'limit',
        'limit',
        family._id.toHexString(),
        fair.teachers[0]!.contact._id.toHexString(),
      ].sort(),
    );
  });

  it('refuses a slot that somebody holds, and leaves nothing of the refused one', async () => {
    await hold(family, slot());
    assert.deepEqual(await book(others, slot()), { ok: false, reason: 'taken' });
    const refused = await Appointment.findOne({ household: others._id }).lean();
    assert.equal(refused?.state, 'expired');
    assert.deepEqual(await heldBy(refused._id), []);
  });

  it('takes a hold over once its time is over, and the late confirmation is refused', async () => {
    const wish = wishOf(fair, family, slot());
    const id = idOf(await holdSlot(test.deps, wish));
    later(HOLD_MS);
    assert.ok((await book(others, slot())).ok);
    assert.equal(await stateOf(id), 'expired');
    // Confirmed by a process whose clock is behind.
    test.setNow(EVE);
    const late = await confirmAppointment(test.deps, { ...wish, appointment: id, note: '' });
    assert.deepEqual(late, { ok: false, reason: 'hold ended' });
    assert.deepEqual(await findDoubles(fair), []);
  });

  it('answers a repeated request as before: a hold, a booking, a refusal', async () => {
    const wish = wishOf(fair, family, slot());
    const first = idOf(await holdSlot(test.deps, wish));
    assert.ok(first.equals(idOf(await holdSlot(test.deps, wish))));
    const ask = { ...wish, appointment: first, note: '' };
    await confirmAppointment(test.deps, ask);
    assert.ok(first.equals(idOf(await confirmAppointment(test.deps, ask))));
    assert.ok(first.equals(idOf(await holdSlot(test.deps, wish))));

    const loser = wishOf(fair, others, slot());
    assert.deepEqual(await holdSlot(test.deps, loser), { ok: false, reason: 'taken' });
    await cancel(first);
    assert.deepEqual(await holdSlot(test.deps, loser), { ok: false, reason: 'taken' });
    assert.equal(await Appointment.countDocuments(), 2);
  });

  it('makes one appointment of one request sent many times at once, with one seat', async () => {
    await set({ capacity: 5 });
    const wish = wishOf(fair, family, slot());
    const ids = (await Promise.all(Array.from({ length: 8 }, () => holdSlot(test.deps, wish)))).map(idOf);
    assert.equal(new Set(ids.map(String)).size, 1);
    assert.equal((await Claim.find({ _id: /^slot:/ }).lean()).length, 1);
  });

  it('sells every seat of a slot and no more, the teacher sitting with all of them', async () => {
    await set({ students: 8, capacity: 5 });
    const homes = await Promise.all(fair.students.map((one) => makeHousehold(fair.account._id, [one])));
    const answers = await Promise.all(homes.map((home) => book(home, slot())));
    assert.equal(answers.filter((answer) => answer.ok).length, 5);
    assert.deepEqual(await findDoubles(fair), []);
  });

  it('counts seats that lie above a lowered capacity', async () => {
    await set({ students: 4, capacity: 3 });
    const homes = await Promise.all(fair.students.map((one) => makeHousehold(fair.account._id, [one])));
    const ids = [];
    for (const home of homes.slice(0, 3)) ids.push(idOf(await book(home, slot())));
    await Slot.updateOne({ _id: slot()._id }, { $set: { capacity: 2 } });
    const low = await Claim.findOne({ _id: /^slot:.*:0$/ }).lean();
    await cancel(low!.appointment);
    assert.deepEqual(await book(homes[3]!, slot()), { ok: false, reason: 'taken' });
  });

  it('refuses an adult two meetings at one time, and lets them touch', async () => {
    idOf(await book(family, slot(0, 0)));
    assert.deepEqual(await book(family, slot(1, 0)), { ok: false, reason: 'household busy' });
    idOf(await book(family, slot(1, 1)));
  });

  it('keeps the gap between two meetings, before and after, and no more than it', async () => {
    await set({ booking: { gapMinutes: 10 }, teachers: 3 });
    idOf(await book(family, slot(0, 1)));
    assert.deepEqual(await book(family, slot(1, 2)), { ok: false, reason: 'household busy' });
    assert.deepEqual(await book(family, slot(1, 0)), { ok: false, reason: 'household busy' });
    await Event.updateOne({ _id: fair.event._id }, { $set: { 'booking.gapMinutes': 0 } });
    await cancel((await Appointment.findOne({ state: 'booked' }).lean())!._id);
    idOf(await book(family, slot(0, 0)));
    idOf(await book(family, slot(1, 2)));
  });

  it('refuses a teacher who sits elsewhere, in another event too', async () => {
    const elsewhere = idOf(await book(others, slot(1, 2)));
    await Diary.create({
      _id: `${fair.teachers[0]!.contact._id.toHexString()}:${DAY}`,
      account: fair.account._id,
      busy: [
        {
          from: new Date(slot().from.getTime() + 300_000),
          to: new Date(slot().to.getTime() + 300_000),
          slot: new Types.ObjectId(),
          appointment: elsewhere,
        },
      ],
    });
    assert.deepEqual(await book(family, slot()), { ok: false, reason: 'teacher busy' });
  });

  it('holds the limit per student and teacher across households', async () => {
    idOf(await book(family, slot(0, 0)));
    const second = await makeHousehold(fair.account._id, fair.students.slice(0, 1));
    assert.deepEqual(await book(second, slot(0, 1)), { ok: false, reason: 'teacher limit' });
    await Event.updateOne({ _id: fair.event._id }, { $set: { 'booking.perStudentAndTeacher': 2 } });
    fair.event.booking.perStudentAndTeacher = 2;
    idOf(await book(second, slot(0, 1)));
  });

  it('holds the number set for a class, also one above the usual', async () => {
    const { class: held } = fair.teachers[0]!;
    await Class.updateOne({ _id: held._id }, { $set: { 'edits.allowed': 2 } });
    idOf(await book(family, slot(0, 0)));
    idOf(await book(family, slot(0, 1)));
    assert.deepEqual(await book(family, slot(0, 2)), { ok: false, reason: 'teacher limit' });
  });

  it('holds the limit of a household, through two tabs at once', async () => {
    await set({ booking: { perHousehold: 1 }, teachers: 3 });
    const answers = await Promise.all([0, 1, 2].map((n) => book(family, slot(n, n))));
    assert.equal(answers.filter((answer) => answer.ok).length, 1);
  });

  it('refuses by the rules of the event, the slot, the class and the child', async () => {
    const { event } = fair;
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
      assert.deepEqual(await book(family, slot()), { ok: false, reason }, name);
      event.booking = kept;
      await Slot.updateMany({}, { $set: { state: 'visible' } });
      await Class.updateMany({}, { $set: { status: 'active', edits: {} } });
    }
    const stranger = { students: [fair.students[1]!._id] };
    assert.deepEqual(await book(family, slot(), stranger), { ok: false, reason: 'not your child' });
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 0);
  });

  it('lets staff book outside the window where the event allows it', async () => {
    fair.event.booking.closesAt = EVE;
    assert.ok((await book(family, slot(), { by: 'school' })).ok);
    fair.event.booking.staffAnytime = false;
    assert.deepEqual(await book(others, slot(0, 1), { by: 'school' }), { ok: false, reason: 'not open' });
  });

  it('does not book a slot that was hidden while it was on hold, nor one whose time was changed', async () => {
    for (const change of [{ state: 'hidden' }, { to: new Date(slot().to.getTime() + 1) }]) {
      const wish = wishOf(fair, family, slot());
      const id = idOf(await holdSlot(test.deps, wish));
      await Slot.updateOne({ _id: slot()._id }, { $set: change });
      const answer = await confirmAppointment(test.deps, { ...wish, appointment: id, note: '' });
      assert.equal(answer.ok, false);
      assert.deepEqual(await heldBy(id), []);
      await Slot.updateOne({ _id: slot()._id }, { $set: { state: 'visible', to: slot().to } });
    }
  });

  it('gives an older hold of the same person up for a newer one that needs what it holds', async () => {
    const first = idOf(await hold(family, slot(0, 0)));
    const second = idOf(await hold(family, slot(0, 1)));
    assert.equal(await stateOf(first), 'expired');
    assert.equal(await stateOf(second), 'pending');
    await clean();
    assert.deepEqual(await heldBy(first), []);
    idOf(await book(others, slot(0, 0)));
  });

  it('oversells without claims: what keeps others out is the claims', async () => {
    const claims = switchClaimsOff();
    const homes = await Promise.all(
      Array.from({ length: 4 }, () => makeHousehold(fair.account._id, fair.students.slice(0, 1))),
    );
    await Promise.all(homes.map((home) => book(home, slot()))).finally(claims.restore);
    assert.notDeepEqual(await findDoubles(fair), []);
  });

  it('the job frees claims and diary entries that name nothing living', async () => {
    const id = idOf(await book(family, slot()));
    await Appointment.deleteOne({ _id: id });
    await clean();
    assert.equal(await Claim.countDocuments(), 0);
    assert.equal(await Diary.countDocuments(), 0);
  });
});
