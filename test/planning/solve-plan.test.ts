import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  fitTogether,
  minutesBetween,
  type Chosen,
  type PlanTime,
  type Problem,
} from '../../server/planning/measure-plan.js';
import { solvePlan, solveSteps, type Solution } from '../../server/planning/solve-plan.js';
import { runs } from '../support/seed.js';

const places = [
  undefined,
  { school: 'a', room: '1' },
  { school: 'a', room: '2' },
  { school: 'b', room: '1' },
];
const timeOf = fc
  .record({
    day: fc.integer({ min: 0, max: 2 }),
    at: fc.integer({ min: 0, max: 20 }),
    minutes: fc.constantFrom(5, 10, 15),
  })
  .map(({ day, at, minutes }) => ({ day, from: day * 1440 + at * 5, to: day * 1440 + at * 5 + minutes }));
const meetingOf = fc
  .record({ times: fc.array(timeOf, { maxLength: 5 }), place: fc.constantFrom(...places) })
  .map(({ times, place }) =>
    times.map((time, n): PlanTime => ({ id: `${n}`, ...time, ...(place ? { place } : {}) })),
  );
const problems = fc
  .record({
    meetings: fc.array(meetingOf, { maxLength: 5 }),
    others: fc.array(meetingOf, { maxLength: 2 }),
    gap: fc.constantFrom(0, 5),
    rooms: fc.constantFrom(0, 5, 10),
    schools: fc.constantFrom(0, 20),
    most: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ meetings, others, gap, rooms, schools, most }): Problem => ({
    meetings,
    fixed: others.flatMap((times) => times.slice(0, 1)),
    walk: { gap, rooms, schools },
    limits: [{ meetings: meetings.map((_, n) => n).filter((n) => n % 2 === 0), most }],
  }));

/** Every way to hold the meetings, or not. */
function* allPlans(meetings: PlanTime[][]): Generator<Chosen> {
  const [first, ...rest] = meetings;
  if (!first) {
    yield [];
    return;
  }
  for (const plan of allPlans(rest)) for (const time of [undefined, ...first]) yield [time, ...plan];
}

/** Meetings that stay leave their way on either side; of the new ones each leaves time for the way to the next. */
function isPossible({ fixed, walk, limits }: Problem, chosen: Chosen): boolean {
  const placed = chosen.flatMap((time) => time ?? []).sort((a, b) => a.from - b.from || a.to - b.to);
  const inOrder = placed.every((time, n) => {
    const before = placed[n - 1];
    return !before || before.to + minutesBetween(before.place, time.place, walk) <= time.from;
  });
  return (
    inOrder &&
    placed.every((time) => fixed.every((other) => fitTogether(time, other, walk))) &&
    limits.every(({ meetings, most }) => meetings.filter((n) => chosen[n]).length <= most)
  );
}

/** Counted minute by minute, by no rule of the solver's. */
function judge({ fixed }: Problem, chosen: Chosen): number[] {
  const placed = chosen.flatMap((time) => time ?? []);
  const all = [...placed, ...fixed];
  const days = [...new Set(all.map(({ day }) => day))];
  const met = new Set(all.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, n) => from + n)));
  let waiting = 0;
  for (const day of days) {
    const times = all.filter((time) => time.day === day);
    const [start, end] = [Math.min(...times.map((t) => t.from)), Math.max(...times.map((t) => t.to))];
    for (let minute = start; minute < end; minute++) if (!met.has(minute)) waiting++;
  }
  const end = Math.max(-Infinity, ...all.map(({ to }) => to));
  return [-placed.length, waiting + 60 * days.length, days.length, end];
}

function compare(a: number[], b: number[]): number {
  return a.map((value, n) => (value === b[n] ? 0 : value - (b[n] ?? 0))).find((less) => less !== 0) ?? 0;
}

function solveNow(problem: Problem): Solution {
  const steps = solveSteps(problem);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** So many teachers with so many times each, of which some are gone. */
function evening(teachers: number, times: number): Problem {
  let seed = 7;
  const chance = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  return {
    meetings: Array.from({ length: teachers }, (_, n) =>
      Array.from({ length: times }, (__, k): PlanTime => ({
        ...{ id: `${n}-${k}`, from: k * 10, to: k * 10 + 10, day: 0 },
        place: { school: n % 3 === 0 ? 'a' : 'b', room: String(n) },
      })).filter(() => chance() < 0.4),
    ),
    fixed: [],
    walk: { gap: 0, rooms: 5, schools: 15 },
    limits: [],
  };
}

describe('the best plan', () => {
  it('is as good as the best of all plans, whatever the ways, days, limits and other meetings', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { chosen, exact } = solveNow(problem);
        assert.equal(exact, true);
        assert.equal(isPossible(problem, chosen), true, 'the family can be at all of it');
        let best = judge(problem, []);
        for (const plan of allPlans(problem.meetings)) {
          if (!isPossible(problem, plan)) continue;
          const judged = judge(problem, plan);
          if (compare(judged, best) < 0) best = judged;
        }
        assert.deepEqual(judge(problem, chosen), best);
      }),
      { numRuns: runs(150) },
    );
  });

  it('is found for 12 teachers with 40 times each, and for 15 with 20', async () => {
    for (const problem of [evening(12, 40), evening(15, 20)]) {
      const { chosen, exact } = await solvePlan(problem);
      assert.equal(exact, true);
      assert.equal(isPossible(problem, chosen), true);
    }
  });

  it('of more than can be compared is possible, has no time twice, is the same each time, and does not say that it is the best', async () => {
    const problem = evening(40, 60);
    const [one, again] = await Promise.all([solvePlan(problem), solvePlan(problem)]);
    assert.equal(one.exact, false);
    assert.equal(isPossible(problem, one.chosen), true);
    assert.deepEqual(one, again);
    assert.ok(one.chosen.filter(Boolean).length >= 25, `${one.chosen.filter(Boolean).length} of 40`);
  });

  it('of many meetings that have no time is found at once, with those that have', () => {
    const none = Array.from({ length: 35 }, (): PlanTime[] => []);
    assert.deepEqual(solveNow({ ...evening(0, 0), meetings: none }), {
      chosen: none.map(() => undefined),
      exact: true,
    });
    const some = solveNow({ ...evening(3, 20), meetings: [...none, ...evening(3, 20).meetings] });
    assert.equal(some.exact, true);
    assert.equal(some.chosen.filter(Boolean).length, 3);
    assert.ok(some.chosen.slice(0, 35).every((time) => time === undefined));
  });

  it('of more than can be compared keeps to limits too', () => {
    const limited = { ...evening(40, 30), limits: [{ meetings: [0, 1, 2, 3, 4, 5], most: 2 }] };
    const { chosen } = solveNow(limited);
    assert.equal(isPossible(limited, chosen), true);
  });
});
