import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { holdSlot, type Held } from '../../server/booking/hold-slot.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { Appointment } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Event } from '../../server/models/event.js';
import type { Household } from '../../server/models/household.js';
import type { Slot } from '../../server/models/slot.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';
import {
  bookSlot,
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

describe('cancelling and changing', () => {
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

  it('frees everything of a cancelled appointment', async () => {
    const id = idOf(await book(family, slot()));
    assert.deepEqual(await cancel(id), { ok: true });
    assert.deepEqual(await cancel(id), { ok: true, before: 'household' });
    assert.deepEqual(await heldBy(id), []);
    idOf(await book(others, slot()));
    idOf(await book(family, slot(0, 1)));
  });

  it('refuses to cancel too late, but not to the school', async () => {
    await Event.updateOne({ _id: fair.event._id }, { $set: { 'booking.cancelHoursBefore': 48 } });
    const id = idOf(await book(family, slot()));
    assert.deepEqual(await cancel(id), { ok: false, reason: 'too late' });
    assert.deepEqual(await cancel(id, 'school'), { ok: true });
  });

  it('changes to a time beside the old one and cancels the old one after', async () => {
    await set({ booking: { perHousehold: 1, gapMinutes: 5 } });
    const old = idOf(await book(family, slot(0, 0)));
    const wish = wishOf(fair, family, slot(0, 1), { replaces: old });
    const held = idOf(await holdSlot(test.deps, wish));
    assert.equal(await stateOf(old), 'booked');
    const fresh = idOf(await confirmAppointment(test.deps, { ...wish, appointment: held, note: '' }));
    assert.equal(await stateOf(old), 'cancelled');
    assert.equal(await stateOf(fresh), 'booked');
    assert.deepEqual(await heldBy(old), []);
    assert.equal((await heldBy(fresh)).length, 10);
    assert.deepEqual(await findDoubles(fair), []);
  });

  it('is too late for a change that was on hold when the time for changes ended; the old one stays', async () => {
    const old = idOf(await book(family, slot()));
    const wish = wishOf(fair, family, slot(0, 2), { replaces: old });
    const held = idOf(await asApp(() => holdSlot(test.deps, wish)));
    later(5 * 60_000);
    // The old one begins 29 hours after EVE.
    await Event.updateOne({ _id: fair.event._id }, { $set: { 'booking.cancelHoursBefore': 29 } });
    const event = await Event.findById(fair.event._id).orFail().lean();
    const answer = await asApp(() =>
      confirmAppointment(test.deps, { ...wish, event, appointment: held, note: '' }),
    );
    assert.equal(answer.ok ? 'booked' : answer.reason, 'too late to change');
    assert.equal(await stateOf(old), 'booked');
    assert.equal(await stateOf(held), 'expired');
    assert.deepEqual(await heldBy(held), []);
  });

  it('leaves the old one as it was when a change is not confirmed', async () => {
    const old = idOf(await book(family, slot(0, 0)));
    const before = await heldBy(old);
    idOf(await hold(family, slot(0, 1), { replaces: old }));
    later(HOLD_MS);
    await clean();
    assert.deepEqual(await heldBy(old), before);
    assert.equal(await Claim.countDocuments({ next: { $exists: true } }), 0);
    assert.deepEqual(await book(family, slot(0, 2)), { ok: false, reason: 'teacher limit' });
  });

  it('hands the limit to a change on hold when the old one is cancelled meanwhile', async () => {
    const old = idOf(await book(family, slot(0, 0)));
    const wish = wishOf(fair, family, slot(0, 1), { replaces: old });
    const held = idOf(await holdSlot(test.deps, wish));
    await cancel(old, 'school');
    const second = await makeHousehold(fair.account._id, fair.students.slice(0, 1));
    assert.deepEqual(await book(second, slot(0, 2)), { ok: false, reason: 'teacher limit' });
    idOf(await confirmAppointment(test.deps, { ...wish, appointment: held, note: '' }));
    assert.deepEqual(await findDoubles(fair), []);
  });

  it('makes one of two changes of one appointment at once', async () => {
    const old = idOf(await book(family, slot(0, 0)));
    const answers = await Promise.all([1, 2].map((n) => book(family, slot(0, n), { replaces: old })));
    assert.ok(answers.some((answer) => answer.ok));
    assert.deepEqual(await findDoubles(fair), []);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
  });
});
