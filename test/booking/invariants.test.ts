import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { createTestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { switchClaimsOff } from '../support/without-claims.js';
import { makeDay, type Move, type Rules, type SchoolDay } from '../support/booking/school-day.js';
import { runs } from '../support/seed.js';

const RUNS = runs(20);

/** What people do, and what is decided over their heads; numbers choose among what there is. */
type Step =
  | { do: 'hold' | 'book' | 'change'; home: number; teacher: number; slot: number }
  | { do: 'rush'; home: number; teacher: number; slot: number; other: number }
  | { do: 'confirm' | 'cancel' | 'give up' | 'expire'; which: number }
  | { do: 'cut off'; stop: number; cancel: number }
  | ({ do: 'move' } & Move)
  | { do: 'undo moves' | 'go on'; part: number }
  | { do: 'tell' }
  | ({ do: 'rules' | 'two save' } & Rules)
  | { do: 'number'; teacher: number; allowed: number | undefined }
  | { do: 'hide' | 'show' | 'delete' | 'restore' | 'swap' | 'leave' | 'join'; teacher: number; home: number }
  | { do: 'zone' | 'event zone'; zone: string }
  | { do: 'days'; days: readonly string[] }
  | { do: 'seats'; teacher: number; slot: number; capacity: number };

const home = fc.nat(3);
const teacher = fc.nat(2);
const slot = fc.nat(5);
const which = fc.nat(9);
const wish = { home, teacher, slot };
const rules = {
  perHousehold: fc.constantFrom(0, 0, 1, 2, 3),
  perStudentAndTeacher: fc.constantFrom(1, 1, 2, 3),
  perStudent: fc.constantFrom(0, 0, 1, 2, 3),
  perTeacherAndDay: fc.constantFrom(0, 0, 1, 2, 3),
  gapMinutes: fc.constantFrom(0, 0, 10, 20),
};
const kind = <K extends string>(...names: K[]) => fc.constantFrom(...names);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: kind('hold', 'hold', 'book', 'change'), ...wish }) },
  { weight: 3, arbitrary: fc.record({ do: kind('rush'), ...wish, other: home }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: kind('confirm', 'confirm', 'confirm', 'cancel', 'give up', 'expire'), which }),
  },
  { weight: 3, arbitrary: fc.record({ do: kind('rules', 'rules', 'two save'), ...rules }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: kind('number'), teacher, allowed: fc.constantFrom(undefined, 0, 1, 2, 3) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: kind('hide', 'show', 'show', 'delete', 'restore', 'restore', 'swap', 'leave', 'join', 'join'),
      teacher,
      home,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: kind('zone', 'event zone'),
      zone: fc.constantFrom('America/Chicago', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: kind('move'),
      kind: kind('move', 'move', 'move', 'cancel'),
      teacher: fc.nat(3),
      toDay: fc.constantFrom('', '2026-11-24', '2026-11-25', '2026-11-26'),
      toTime: fc.constantFrom('', '17:40', '18:00', '16:30', '23:30'),
      part: fc.nat(8),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: kind('undo moves', 'go on', 'go on'), part: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ do: kind('tell') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: kind('cut off'),
      stop: fc.constantFrom(0, 24, 30, 60),
      cancel: fc.constantFrom(0, 24, 30, 60),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: kind('days'),
      days: fc.constantFrom(['2026-11-24'], ['2026-11-24', '2026-11-25'], ['2026-11-01']),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: kind('seats'), teacher, slot, capacity: fc.integer({ min: 1, max: 2 }) }),
  },
);

/** @throws where after any of the steps something does not hold */
async function live(steps: Step[]): Promise<void> {
  await emptyDatabase();
  const test = createTestApp();
  const day = await makeDay(test);
  for (const [n, one] of steps.entries()) {
    const before = await day.look();
    await take(day, one);
    const said = steps.slice(0, n + 1).map((past) => JSON.stringify(past));
    assert.deepEqual(await day.findFaults(before), [], said.join('\n'));
  }
  await day.tellMoves();
  day.pass(HOLD_MS + 1);
  await expireHolds(test.deps, new AbortController().signal);
  assert.deepEqual(await day.findLeftovers(), []);
  assert.deepEqual(await day.findFaults(await day.look()), []);
}

/** The same with the claims off, looking only for what was sold twice. */
async function liveWithoutClaims(steps: Step[]): Promise<void> {
  await emptyDatabase();
  const test = createTestApp();
  const day = await makeDay(test);
  const claims = switchClaimsOff();
  try {
    for (const one of steps) {
      const before = await day.look();
      await take(day, one);
      assert.deepEqual(await day.findSoldTwice(before), []);
    }
  } finally {
    claims.restore();
  }
}

async function take(day: SchoolDay, one: Step): Promise<void> {
  switch (one.do) {
    case 'hold':
      await day.hold(one.home, one.teacher, one.slot);
      return;
    case 'book':
      await day.book(one.home, one.teacher, one.slot);
      return;
    case 'change':
      await day.change(one.home, one.slot);
      return;
    case 'rush':
      await Promise.all([
        day.book(one.home, one.teacher, one.slot),
        day.book(one.other, one.teacher, one.slot),
        day.book(one.home, one.teacher + 1, one.slot),
        day.book(one.home, one.teacher, one.slot + 1),
      ]);
      return;
    case 'confirm':
      await day.confirm(one.which);
      return;
    case 'cancel':
      await day.cancel(one.which);
      return;
    case 'give up':
      await day.giveUp(one.which);
      return;
    case 'cut off':
      await day.cutOff(one.stop, one.cancel);
      return;
    case 'move':
      await day.move(one);
      return;
    case 'undo moves':
      await day.undoMoves(one.part);
      return;
    case 'go on':
      await day.goOn(one.part);
      return;
    case 'tell':
      await day.tellMoves();
      return;
    case 'event zone':
      await day.inZone(one.zone);
      return;
    case 'expire':
      day.pass(one.which * 120_000);
      await day.expire();
      return;
    case 'rules':
      await day.rule(one);
      return;
    case 'two save':
      await Promise.all([day.rule(one), day.rule({ ...one, perHousehold: 1 })]);
      return;
    case 'number':
      await day.allow(one.teacher, one.allowed);
      return;
    case 'zone':
      await day.live(one.zone);
      return;
    case 'days':
      await day.onDays(one.days);
      return;
    case 'seats':
      await day.seat(one.teacher, one.slot, one.capacity);
      return;
    default:
      await day.changeClass(one.do, one.teacher, one.home);
  }
}

const lives = fc.array(step, { minLength: 5, maxLength: 18 });

describe('bookings while rules, classes, teachers, zones and times change', () => {
  it('double nobody and no seat, pass no limit that was set before, hold exactly what is theirs, and leave nothing', async () => {
    await fc.assert(fc.asyncProperty(lives, live), { numRuns: RUNS });
  });

  it('would not without claims: the test finds it', async () => {
    const found = await fc.check(fc.asyncProperty(lives, liveWithoutClaims), {
      numRuns: RUNS,
      endOnFailure: true,
    });
    assert.ok(found.failed);
  });
});
