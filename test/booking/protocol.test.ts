import assert from 'node:assert/strict';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { holdSlot } from '../../server/booking/hold-slot.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { Appointment } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';
import { Slot } from '../../server/models/slot.js';
import { switchClaimsOff } from '../support/without-claims.js';
import { EVE, findDoubles, heldBy, makeHousehold, stateOf, wishOf } from '../support/booking/conference.js';
import { TwoFamilies, idOf } from '../support/booking/two-families.js';

describe('the booking protocol', () => {
  const desk = new TwoFamilies();
  beforeEach(() => desk.begin());

  it('books what was held, records the class, and holds seat, limits and both diaries', async () => {
    const id = idOf(await desk.book(desk.family, desk.slot()));
    const kept = await Appointment.findById(id).lean();
    assert.equal(kept?.state, 'booked');
    assert.ok(kept.class?.equals(desk.fair.teachers[0]!.class._id));
    assert.equal(kept.unfinished, undefined);
    assert.deepEqual(
      (await heldBy(id)).map((name) => name.split(':')[0]).sort(),
      [
        'slot',
        'limit',
        'limit',
        'limit',
        'limit-day',
        'limit-family',
        'limit-student',
        desk.family._id.toHexString(),
        desk.fair.teachers[0]!.contact._id.toHexString(),
      ].sort(),
    );
  });

  it('refuses a slot that somebody holds, and leaves nothing of the refused one', async () => {
    await desk.hold(desk.family, desk.slot());
    assert.deepEqual(await desk.book(desk.others, desk.slot()), { ok: false, reason: 'taken' });
    const refused = await Appointment.findOne({ household: desk.others._id }).lean();
    assert.equal(refused?.state, 'expired');
    assert.deepEqual(await heldBy(refused._id), []);
  });

  it('takes a hold over once its time is over, and the late confirmation is refused', async () => {
    const wish = wishOf(desk.fair, desk.family, desk.slot());
    const id = idOf(await holdSlot(desk.test.deps, wish));
    desk.later(HOLD_MS);
    assert.ok((await desk.book(desk.others, desk.slot())).ok);
    assert.equal(await stateOf(id), 'expired');
    // Confirmed by a process whose clock is behind.
    desk.test.setNow(EVE);
    const late = await confirmAppointment(desk.test.deps, { ...wish, appointment: id, note: '' });
    assert.deepEqual(late, { ok: false, reason: 'hold ended' });
    assert.deepEqual(await findDoubles(desk.fair), []);
  });

  it('answers a repeated request as before: a hold, a booking, a refusal', async () => {
    const wish = wishOf(desk.fair, desk.family, desk.slot());
    const first = idOf(await holdSlot(desk.test.deps, wish));
    assert.ok(first.equals(idOf(await holdSlot(desk.test.deps, wish))));
    const ask = { ...wish, appointment: first, note: '' };
    await confirmAppointment(desk.test.deps, ask);
    assert.ok(first.equals(idOf(await confirmAppointment(desk.test.deps, ask))));
    assert.ok(first.equals(idOf(await holdSlot(desk.test.deps, wish))));

    const loser = wishOf(desk.fair, desk.others, desk.slot());
    assert.deepEqual(await holdSlot(desk.test.deps, loser), { ok: false, reason: 'taken' });
    await desk.cancel(first);
    assert.deepEqual(await holdSlot(desk.test.deps, loser), { ok: false, reason: 'taken' });
    assert.equal(await Appointment.countDocuments(), 2);
  });

  it('makes one appointment of one request sent many times at once, with one seat', async () => {
    await desk.set({ capacity: 5 });
    const wish = wishOf(desk.fair, desk.family, desk.slot());
    const ids = (await Promise.all(Array.from({ length: 8 }, () => holdSlot(desk.test.deps, wish)))).map(
      idOf,
    );
    assert.equal(new Set(ids.map(String)).size, 1);
    assert.equal((await Claim.find({ _id: /^slot:/ }).lean()).length, 1);
  });

  it('sells every seat of a slot and no more, the teacher sitting with all of them', async () => {
    await desk.set({ students: 8, capacity: 5 });
    const homes = await Promise.all(
      desk.fair.students.map((one) => makeHousehold(desk.fair.account._id, [one])),
    );
    const answers = await Promise.all(homes.map((home) => desk.book(home, desk.slot())));
    assert.equal(answers.filter((answer) => answer.ok).length, 5);
    assert.deepEqual(await findDoubles(desk.fair), []);
  });

  it('counts seats that lie above a lowered capacity', async () => {
    await desk.set({ students: 4, capacity: 3 });
    const homes = await Promise.all(
      desk.fair.students.map((one) => makeHousehold(desk.fair.account._id, [one])),
    );
    const ids = [];
    for (const home of homes.slice(0, 3)) ids.push(idOf(await desk.book(home, desk.slot())));
    await Slot.updateOne({ _id: desk.slot()._id }, { $set: { capacity: 2 } });
    const low = await Claim.findOne({ _id: /^slot:.*:0$/ }).lean();
    await desk.cancel(low!.appointment);
    assert.deepEqual(await desk.book(homes[3]!, desk.slot()), { ok: false, reason: 'taken' });
  });

  it('does not book a slot that was hidden while it was on hold, nor one whose time was changed', async () => {
    for (const change of [{ state: 'hidden' }, { to: new Date(desk.slot().to.getTime() + 1) }]) {
      const wish = wishOf(desk.fair, desk.family, desk.slot());
      const id = idOf(await holdSlot(desk.test.deps, wish));
      await Slot.updateOne({ _id: desk.slot()._id }, { $set: change });
      const answer = await confirmAppointment(desk.test.deps, { ...wish, appointment: id, note: '' });
      assert.equal(answer.ok, false);
      assert.deepEqual(await heldBy(id), []);
      await Slot.updateOne({ _id: desk.slot()._id }, { $set: { state: 'visible', to: desk.slot().to } });
    }
  });

  it('gives an older hold of the same person up for a newer one that needs what it holds', async () => {
    const first = idOf(await desk.hold(desk.family, desk.slot(0, 0)));
    const second = idOf(await desk.hold(desk.family, desk.slot(0, 1)));
    assert.equal(await stateOf(first), 'expired');
    assert.equal(await stateOf(second), 'pending');
    await desk.clean();
    assert.deepEqual(await heldBy(first), []);
    idOf(await desk.book(desk.others, desk.slot(0, 0)));
  });

  it('oversells without claims: what keeps others out is the claims', async () => {
    const claims = switchClaimsOff();
    const homes = await Promise.all(
      Array.from({ length: 4 }, () => makeHousehold(desk.fair.account._id, desk.fair.students.slice(0, 1))),
    );
    await Promise.all(homes.map((home) => desk.book(home, desk.slot()))).finally(claims.restore);
    assert.notDeepEqual(await findDoubles(desk.fair), []);
  });

  it('the job frees claims and diary entries that name nothing living', async () => {
    const id = idOf(await desk.book(desk.family, desk.slot()));
    await Appointment.deleteOne({ _id: id });
    await desk.clean();
    assert.equal(await Claim.countDocuments(), 0);
    assert.equal(await Diary.countDocuments(), 0);
  });
});
