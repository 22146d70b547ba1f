import assert from 'node:assert/strict';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { holdSlot } from '../../server/booking/hold-slot.js';
import type { HoldRequest } from '../../server/booking/build-hold.js';
import { deleteClasses } from '../../server/classes/delete-classes.js';
import { Appointment } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import type { Household } from '../../server/models/household.js';
import { Slot } from '../../server/models/slot.js';
import type { Actor } from '../../server/web/actor.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';
import {
  bookSlot,
  EVE,
  heldBy,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
  type ConferenceOptions,
} from '../support/booking/conference.js';
import { interleave } from '../support/booking/interleave.js';

describe('rules that change after something was booked', () => {
  let test: TestApp;
  let fair: Conference;
  let family: Household;

  async function set(options: ConferenceOptions = {}): Promise<void> {
    fair = await makeConference({ teachers: 4, slots: 5, ...options });
    family = await makeHousehold(fair.account._id, fair.students.slice(0, 1));
  }
  const slot = (teacher = 0, n = 0): Slot => fair.teachers[teacher]!.slots[n]!;
  const book = (at: Slot, more: Partial<HoldRequest> = {}) =>
    asApp(() => bookSlot(test.deps, wishOf(fair, family, at, more)));
  const booked = async (at: Slot, more: Partial<HoldRequest> = {}) => {
    const answer = await book(at, more);
    assert.ok(answer.ok, answer.ok ? '' : answer.reason);
    return answer.appointment;
  };
  const refusal = async (at: Slot, more: Partial<HoldRequest> = {}) => {
    const answer = await book(at, more);
    return answer.ok ? 'booked' : answer.reason;
  };
  const rule = async (booking: Partial<Event['booking']>) => {
    for (const [name, value] of Object.entries(booking))
      await Event.updateOne({ _id: fair.event._id }, { $set: { [`booking.${name}`]: value } });
    fair.event = (await Event.findById(fair.event._id).lean())!;
  };
  const allow = (allowed: number | undefined, teacher = 0) =>
    Class.updateOne(
      { _id: fair.teachers[teacher]!.class._id },
      allowed === undefined ? { $unset: { 'edits.allowed': 1 } } : { $set: { 'edits.allowed': allowed } },
    );
  const cancel = (appointment: Appointment) =>
    cancelAppointment(test.deps, { appointment, by: 'school', actor: { user: family.adults[0]! } });

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    await set();
  });

  it('a family’s limit counts what was booked before it was set', async () => {
    const first = await booked(slot(0, 0));
    await booked(slot(1, 1));
    await rule({ perHousehold: 2 });
    assert.equal(await refusal(slot(2, 2)), 'household limit');
    await cancel(first);
    await booked(slot(2, 2));
    assert.equal(await refusal(slot(3, 3)), 'household limit');
  });

  it('so does one that was lowered, raised, switched off and on again', async () => {
    await rule({ perHousehold: 3 });
    const all = [await booked(slot(0, 0)), await booked(slot(1, 1)), await booked(slot(2, 2))];
    await rule({ perHousehold: 1 });
    await cancel(all[0]!);
    await cancel(all[1]!);
    assert.equal(await refusal(slot(3, 3)), 'household limit', 'one is left, and one is allowed');
    await rule({ perHousehold: 0 });
    await booked(slot(3, 3));
    await rule({ perHousehold: 2 });
    assert.equal(await refusal(slot(0, 0)), 'household limit');
    await rule({ perHousehold: 3 });
    await booked(slot(0, 0));
    assert.equal(await refusal(slot(1, 1)), 'household limit');
  });

  it('two tabs do not pass a lowered limit together, wherever the counts of before lie', async () => {
    for (const keep of [0, 1, 2]) {
      await set();
      const all = [await booked(slot(0, 0)), await booked(slot(1, 1)), await booked(slot(2, 2))];
      await rule({ perHousehold: 2 });
      for (const [n, appointment] of all.entries()) if (n !== keep) await cancel(appointment);
      const at = [slot(3, 3), slot(3, 4), slot((keep + 1) % 3, (keep + 1) % 3)];
      const answers = await Promise.all(at.map((one) => book(one)));
      assert.ok(answers.filter((answer) => answer.ok).length <= 1, `kept ${String(keep)}`);
    }
  });

  it('a hold from before the limit is not booked past it', async () => {
    const wishes = [slot(0, 0), slot(1, 1), slot(2, 2)].map((at) => wishOf(fair, family, at));
    const holds = [];
    for (const wish of wishes) holds.push(await asApp(() => holdSlot(test.deps, wish)));
    await rule({ perHousehold: 1 });
    const answers = [];
    for (const [n, held] of holds.entries()) {
      assert.ok(held.ok);
      const ask = { ...wishes[n]!, event: fair.event, appointment: held.appointment._id, note: '' };
      answers.push(await asApp(() => confirmAppointment(test.deps, ask)));
    }
    assert.equal(answers.filter((answer) => answer.ok).length, 1);
  });

  it('a class’s number counts what was booked before it was set, also with another teacher', async () => {
    await rule({ perStudentAndTeacher: 5 });
    await booked(slot(0, 0));
    await allow(1);
    assert.equal(await refusal(slot(0, 1)), 'class limit');
    await allow(2);
    await booked(slot(0, 1));
    assert.equal(await refusal(slot(0, 2)), 'class limit');
    // The class gets another teacher: what is booked in it is booked in it.
    const stand = fair.teachers[1]!.contact._id;
    await Class.updateOne(
      { _id: fair.teachers[1]!.class._id },
      { $set: { 'synced.teachers': [fair.teachers[2]!.contact._id] } },
    );
    await Class.updateOne({ _id: fair.teachers[0]!.class._id }, { $set: { 'synced.teachers': [stand] } });
    assert.equal(await refusal(slot(1, 3)), 'class limit');
    await allow(undefined);
    await booked(slot(1, 3));
    await allow(3);
    assert.equal(await refusal(slot(1, 4)), 'class limit');
  });

  it('a lowered number with the teacher counts those above it', async () => {
    await rule({ perStudentAndTeacher: 3 });
    await booked(slot(0, 0));
    await booked(slot(0, 1));
    const third = await booked(slot(0, 2));
    await rule({ perStudentAndTeacher: 2 });
    await cancel(third);
    assert.equal(await refusal(slot(0, 3)), 'teacher limit');
  });

  it('what is booked may still be moved to another time when the limit was lowered below it', async () => {
    const old = await booked(slot(0, 0));
    await booked(slot(1, 1));
    await rule({ perHousehold: 1 });
    const moved = await booked(slot(0, 2), { replaces: old._id });
    assert.deepEqual(await heldBy(old._id), []);
    assert.equal((await heldBy(moved._id)).length, 10);
    assert.equal(await refusal(slot(2, 3)), 'household limit');
  });

  it('a wider gap keeps new meetings away from those booked before, and from holds', async () => {
    await booked(slot(0, 1));
    const wish = wishOf(fair, family, slot(1, 3));
    const held = await holdSlot(test.deps, wish);
    assert.ok(held.ok);
    await rule({ gapMinutes: 20 });
    assert.equal(await refusal(slot(2, 2)), 'household busy');
    const ask = { ...wish, event: fair.event, appointment: held.appointment._id, note: '' };
    const late = await confirmAppointment(test.deps, ask);
    assert.equal(late.ok ? 'booked' : late.reason, 'household busy');
    await rule({ gapMinutes: 0 });
    await booked(slot(2, 2));
  });

  it('a slot whose seats were lowered does not book a hold of one that is no more', async () => {
    await set({ students: 3, capacity: 3 });
    const others = await makeHousehold(fair.account._id, fair.students.slice(1, 2));
    const wish = wishOf(fair, others, slot(0, 0));
    const held = await holdSlot(test.deps, wish);
    assert.ok(held.ok);
    await booked(slot(0, 0));
    await Slot.updateOne({ _id: slot(0, 0)._id }, { $set: { capacity: 1 } });
    const late = await confirmAppointment(test.deps, {
      ...wish,
      appointment: held.appointment._id,
      note: '',
    });
    assert.equal(late.ok ? 'booked' : late.reason, 'taken');
  });

  it('a class deleted while a booking of it is confirmed leaves a problem, and none that nobody hears of', async () => {
    const held = fair.teachers[0]!.class._id;
    const actor = { user: family.adults[0]! } as Actor;
    for (let at = 1; at <= 25; at++) {
      const wish = wishOf(fair, family, slot(0, 0));
      const hold = await holdSlot(test.deps, wish);
      assert.ok(hold.ok);
      const appointment = hold.appointment._id;
      const confirm = () => confirmAppointment(test.deps, { ...wish, appointment, note: '' });
      const remove = () => deleteClasses(test.deps, actor, fair.event, [held]);
      let step = 0;
      // The deletion comes whole between two steps of the confirmation.
      await interleave(
        [
          { name: 'confirm', run: () => confirm().then(() => undefined) },
          { name: 'delete', run: () => remove().then(() => undefined) },
        ],
        (waiting) => ([0, at].includes(step++) ? 0 : waiting - 1),
      );
      const found = await Appointment.findById(appointment).orFail().lean();
      assert.notEqual(found.state, 'booked', `after step ${String(at)}`);
      assert.equal(found.unfinished, undefined);
      if (found.state === 'problem') await cancel(found);
      await Class.updateOne({ _id: held }, { $set: { status: 'active' }, $unset: { deletedAt: 1 } });
    }
  });

  it('a student who changes classes while a time is on hold is booked, and counted, in the new one', async () => {
    const teacher = fair.teachers[0]!;
    const wish = wishOf(fair, family, slot(0, 0));
    const held = await holdSlot(test.deps, wish);
    assert.ok(held.ok);
    const other = await Class.create({
      account: fair.account._id,
      event: fair.event._id,
      status: 'active',
      synced: { name: 'Other', teachers: [teacher.contact._id], students: wish.students },
      sortKey: 'other',
    });
    await Class.updateOne({ _id: teacher.class._id }, { $set: { 'edits.type': 'Hide' } });
    const ask = { ...wish, appointment: held.appointment._id, note: '' };
    assert.ok((await confirmAppointment(test.deps, ask)).ok);
    const kept = await Appointment.findById(held.appointment._id).lean();
    assert.ok(kept?.class?.equals(other._id));
    const claims = await Claim.find({ appointment: held.appointment._id }).lean();
    assert.equal(claims.length, 7);
    assert.ok(claims.some((claim) => claim._id.includes(other._id.toHexString())));
    assert.ok(!claims.some((claim) => claim._id.includes(teacher.class._id.toHexString())));
  });
});
