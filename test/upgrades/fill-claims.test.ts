import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { holdSlot } from '../../server/booking/hold-slot.js';
import { Appointment } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import type { Household } from '../../server/models/household.js';
import { dayOf } from '../../server/web/local-time.js';
import { fillClaims } from '../../server/upgrades/fill-claims.js';
import {
  bookSlot,
  EVE,
  heldBy,
  makeConference,
  makeHousehold,
  wishOf,
  ZONE,
  type Conference,
} from '../support/booking/conference.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';

const GAP_MS = 5 * 60_000;

describe('a database of 0.4 with bookings', () => {
  let test: TestApp;
  let fair: Conference;
  let homes: Household[];
  let booked: Types.ObjectId[];
  let held: Types.ObjectId;

  /** What 0.4 kept: no claims for limits that were not set, diaries by the school's days with the gap in them. */
  async function asBefore(): Promise<void> {
    const wanted = fair.teachers.map(({ resource }) => resource._id.toHexString());
    const claims = await Claim.find().lean();
    const kept = claims.filter(
      ({ _id }) =>
        _id.startsWith('slot:') || (_id.startsWith('limit:') && wanted.some((id) => _id.includes(`:${id}:`))),
    );
    await Claim.deleteMany({ _id: { $nin: kept.map(({ _id }) => _id) } });
    const diaries = await Diary.find().lean();
    await Diary.deleteMany({});
    const families = homes.map(({ _id }) => _id.toHexString());
    for (const { _id, account, busy } of diaries) {
      const [person = ''] = _id.split(':');
      for (const entry of busy) {
        const id = `${person}:${dayOf(entry.from, ZONE)}`;
        if (await Diary.exists({ _id: id, 'busy.appointment': entry.appointment })) continue;
        const to = families.includes(person) ? new Date(+entry.to + GAP_MS) : entry.to;
        await Diary.updateOne(
          { _id: id },
          { $push: { busy: { ...entry, to } }, $setOnInsert: { account } },
          { upsert: true },
        );
      }
    }
  }

  const everything = async () => ({
    claims: (await Claim.find().sort({ _id: 1 }).lean()).map(({ _id, appointment }) => [
      _id,
      String(appointment),
    ]),
    entries: (
      await Diary.find({ 'busy.0': { $exists: true } })
        .sort({ _id: 1 })
        .lean()
    ).map(({ _id, busy }) => [
      _id,
      busy.map(({ from, to, appointment }) => [+from, +to, String(appointment)]).sort(),
    ]),
  });

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    // From 5 to 6:40 PM: UTC's midnight is in between.
    fair = await makeConference({ students: 3, teachers: 3, slots: 10, booking: { gapMinutes: 5 } });
    homes = await Promise.all(fair.students.map((one) => makeHousehold(fair.account._id, [one])));
    booked = [];
    for (const [home, household] of homes.entries())
      for (const teacher of [0, 1]) {
        const at = fair.teachers[teacher]!.slots[3 * home + (teacher === 0 ? 0 : 2)]!;
        const answer = await bookSlot(test.deps, wishOf(fair, household, at));
        assert.ok(answer.ok, answer.ok ? '' : answer.reason);
        booked.push(answer.appointment._id);
      }
    const wish = wishOf(fair, homes[0]!, fair.teachers[2]!.slots[7]!);
    const hold = await holdSlot(test.deps, wish);
    assert.ok(hold.ok);
    held = hold.appointment._id;
  });

  it('has afterwards what it would have, had it been booked today; also after a second time, and two at once', async () => {
    const today = await everything();
    await asBefore();
    assert.notDeepEqual(await everything(), today);
    // Of the hold only its place in the diaries: the rest comes with its confirmation.
    const ofHold = today.claims.filter(([id, of]) => of === String(held) && !(id ?? '').startsWith('slot'));
    const kept = { ...today, claims: today.claims.filter(([id]) => !ofHold.some(([other]) => other === id)) };
    const got = async () => {
      const now = await everything();
      return { ...now, claims: now.claims.filter(([id]) => !ofHold.some(([other]) => other === id)) };
    };
    await asApp(() => fillClaims());
    assert.deepEqual(await got(), kept);
    await fillClaims();
    assert.deepEqual(await got(), kept);
    await asBefore();
    await Promise.all([fillClaims(), fillClaims(), fillClaims()]);
    assert.deepEqual((await got()).entries, kept.entries);
    for (const id of booked) assert.equal((await Claim.find({ appointment: id }).lean()).length, 7);
  });

  it('then counts limits that are set, and lets nobody be at two places', async () => {
    await asBefore();
    await fillClaims();
    await Event.updateOne({ _id: fair.event._id }, { $set: { 'booking.perHousehold': 2 } });
    fair.event.booking.perHousehold = 2;
    const limited = await bookSlot(test.deps, wishOf(fair, homes[1]!, fair.teachers[2]!.slots[0]!));
    assert.equal(limited.ok ? 'booked' : limited.reason, 'household limit');
    fair.event.booking.perHousehold = 0;
    // The third family meets from 6 PM, which is UTC's midnight.
    const busy = await bookSlot(test.deps, wishOf(fair, homes[2]!, fair.teachers[2]!.slots[6]!));
    assert.equal(busy.ok ? 'booked' : busy.reason, 'household busy');
  });

  it('books what was on hold, with all that it needs, or frees it', async () => {
    await asBefore();
    const wish = wishOf(fair, homes[0]!, fair.teachers[2]!.slots[7]!);
    const [answer] = await Promise.all([
      confirmAppointment(test.deps, { ...wish, appointment: held, note: '' }),
      fillClaims(),
    ]);
    assert.ok(answer.ok, answer.ok ? '' : answer.reason);
    assert.equal((await heldBy(held)).length, 9);
    const late = await holdSlot(test.deps, wishOf(fair, homes[1]!, fair.teachers[2]!.slots[8]!));
    assert.ok(late.ok);
    await asBefore();
    await fillClaims();
    test.setNow(new Date(EVE.getTime() + HOLD_MS));
    await expireHolds(test.deps, new AbortController().signal);
    assert.deepEqual(await heldBy(late.appointment._id), []);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), booked.length + 1);
  });
});
