import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Types } from 'mongoose';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import type { Deps } from '../../server/deps.js';
import { Appointment } from '../../server/models/appointment.js';
import { slotsOf } from '../../server/models/appointment-slots.js';
import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';
import type { Household } from '../../server/models/household.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import {
  bookSlot,
  EVE,
  findDoubles,
  heldBy,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
} from '../support/booking/conference.js';
import { interleave } from '../support/booking/interleave.js';
import { runs } from '../support/seed.js';

const never = new AbortController().signal;
const RUNS = runs(40);

interface Deed {
  /** `resume`: the parent comes back to what is on hold and confirms it. */
  kind: 'book' | 'change' | 'cancel' | 'resume' | 'clean';
  home: number;
  teacher: number;
  slot: number;
  /** Minutes by which its process' clock is off. */
  skew: number;
  dieAfter?: number | undefined;
  /** For how many slots in a row; undefined leaves it as it is. */
  inARow?: number | undefined;
}

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constant('book' as const) },
    { weight: 3, arbitrary: fc.constant('change' as const) },
    { weight: 2, arbitrary: fc.constant('cancel' as const) },
    { weight: 3, arbitrary: fc.constant('resume' as const) },
    { weight: 1, arbitrary: fc.constant('clean' as const) },
  ),
  home: fc.nat(2),
  teacher: fc.nat(1),
  slot: fc.nat(2),
  skew: fc.constantFrom(0, 0, -3, 3),
  dieAfter: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined, freq: 3 }),
  inARow: fc.constantFrom(undefined, undefined, 1, 2, 3),
});

const scene = fc.record({
  capacity: fc.integer({ min: 1, max: 2 }),
  gapMinutes: fc.constantFrom(0, 10),
  perHousehold: fc.constantFrom(0, 2),
  before: fc.array(deed, { maxLength: 3 }),
  atOnce: fc.array(deed, { minLength: 2, maxLength: 5 }),
  choices: fc.infiniteStream(fc.nat(4)),
  /** Minutes that pass with each step: holds end in mid-way in some runs. */
  pace: fc.constantFrom(0, 0, 0.4),
});

describe('bookings in any order of their steps, some dying on the way', () => {
  let test: TestApp;
  let fair: Conference;
  let homes: Household[];
  let now: Date;
  let promised: Types.ObjectId[];
  let undone: Set<string>;

  async function act({ kind, home, teacher, slot, skew, inARow }: Deed): Promise<void> {
    const deps: Deps = { ...test.deps, now: () => new Date(now.getTime() + skew * 60_000) };
    const household = homes[home]!;
    if (kind === 'clean') return expireHolds(deps, never);
    if (kind === 'resume') return resume(deps, household, inARow);
    const old =
      kind === 'book'
        ? null
        : await Appointment.findOne({ household: household._id, state: 'booked' }).lean();
    if (kind !== 'book' && !old) return;
    if (kind === 'cancel') {
      undone.add(String(old!._id));
      await cancelAppointment(deps, {
        appointment: old!,
        by: 'school',
        actor: { user: household.adults[0]! },
      });
      return;
    }
    const at = old
      ? fair.teachers.find((one) => one.resource._id.equals(old.resource))!
      : fair.teachers[teacher]!;
    const wish = wishOf(fair, household, at.slots[slot]!, old ? { replaces: old._id } : {});
    if (old) undone.add(String(old._id));
    const answer = await bookSlot(deps, wish, inARow);
    if (answer.ok) promised.push(answer.appointment._id);
  }

  async function resume(deps: Deps, household: Household, inARow: number | undefined): Promise<void> {
    const held = await Appointment.findOne({ household: household._id, state: 'pending' }).lean();
    if (!held) return;
    const wish = wishOf(fair, household, fair.teachers[0]!.slots[0]!);
    if (held.replaces) undone.add(String(held.replaces));
    const answer = await confirmAppointment(deps, {
      ...wish,
      appointment: held._id,
      note: '',
      inARow,
    });
    if (answer.ok) promised.push(answer.appointment._id);
  }

  async function assertSound(): Promise<void> {
    const all = await Appointment.find().lean();
    assert.deepEqual(
      all.filter((item) => item.state === 'pending' || item.unfinished),
      [],
      'nothing is left on hold or unfinished',
    );
    const living = all.filter((item) => item.state === 'booked');
    // Six limits that count, two diaries, and a seat of each slot.
    const expected = 8;
    const seats = living.reduce((sum, item) => sum + slotsOf(item).length, 0);
    for (const item of living) {
      const own = (await heldBy(item._id)).filter((name) => !name.startsWith('change:'));
      assert.equal(own.length, expected + slotsOf(item).length, 'a booked one holds all that it needs');
      const old = all.find((other) => item.replaces?.equals(other._id));
      assert.notEqual(old?.state, 'booked', 'a replaced one is cancelled');
    }
    const changes = living.filter((item) => item.replaces).length;
    const held = living.length * (expected - 2) + seats + changes;
    assert.equal(
      await Claim.countDocuments({ next: { $exists: false } }),
      held,
      'no claim without a booking',
    );
    assert.equal(await Claim.countDocuments({ next: { $exists: true } }), 0);
    const entries = (await Diary.find().lean()).flatMap((diary) => diary.busy);
    assert.equal(entries.length, seats * 2, 'no diary entry without a booking');
    for (const id of promised.filter((one) => !undone.has(String(one))))
      assert.ok(
        living.some((item) => item._id.equals(id)),
        'what was answered as booked is booked',
      );
  }

  it('never book anything twice, lose nothing and leave nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        scene,
        async ({ capacity, gapMinutes, perHousehold, before, atOnce, choices, pace }) => {
          await emptyDatabase();
          test = createTestApp();
          now = EVE;
          promised = [];
          undone = new Set();
          const deps = { ...test.deps, now: () => now };
          fair = await makeConference({ capacity, booking: { gapMinutes, perHousehold, inARow: 3 } });
          // The first two share a child without being one household.
          homes = await Promise.all(
            [0, 0, 1].map((n) => makeHousehold(fair.account._id, [fair.students[n]!])),
          );
          const runOf = (one: Deed) => ({
            name: one.kind,
            ...(one.dieAfter ? { dieAfter: one.dieAfter } : {}),
            run: () => act(one),
          });
          for (const one of before) await interleave([runOf(one)], () => 0);
          await interleave(atOnce.map(runOf), (waiting) => {
            now = new Date(now.getTime() + pace * 60_000);
            return choices.next().value % waiting;
          });
          assert.deepEqual(await findDoubles(fair), []);

          now = new Date(now.getTime() + HOLD_MS + 180_001);
          await expireHolds(deps, never);
          assert.deepEqual(await findDoubles(fair), []);
          await assertSound();
        },
      ),
      { numRuns: RUNS },
    );
  });
});
