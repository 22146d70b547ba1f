/** What finding the best plan costs, and its longest slice, in time of the processor: `npx tsx test/bench/planner.ts`. */
import type { PlanTime, Problem } from '../../server/planning/measure-plan.js';
import { solveSteps } from '../../server/planning/solve-plan.js';

/** @param free the share of times that are not gone */
function evening(teachers: number, times: number, free: number): Problem {
  let seed = 7;
  const chance = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const meetings = Array.from({ length: teachers }, (_, n) =>
    Array.from({ length: times }, (__, k): PlanTime => ({
      ...{ id: `${n}-${k}`, from: k * 10, to: k * 10 + 10, day: 0 },
      place: { school: n % 3 === 0 ? 'a' : 'b', room: String(n) },
    })).filter(() => chance() < free),
  );
  return { meetings, fixed: [], walk: { gap: 0, rooms: 5, schools: 15 }, limits: [] };
}

const spent = () => process.cpuUsage().user / 1000;
const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

for (const [teachers, times, free] of [
  [12, 40, 1],
  [12, 40, 0.4],
  [15, 20, 1],
  [40, 60, 1],
] as const) {
  const problem = evening(teachers, times, free);
  const totals: number[] = [];
  const longest: number[] = [];
  let found = 0;
  let exact = false;
  for (let round = 0; round < 5; round++) {
    const began = spent();
    let slice = 0;
    for (const steps = solveSteps(problem); ;) {
      const before = spent();
      const step = steps.next();
      slice = Math.max(slice, spent() - before);
      if (!step.done) continue;
      found = step.value.chosen.filter(Boolean).length;
      exact = step.value.exact;
      break;
    }
    totals.push(spent() - began);
    longest.push(slice);
  }
  console.log(
    `${teachers} meetings × ${times} times, ${free * 100} % free: ${found} placed, ${exact ? 'exact' : 'best found'}, ${median(totals).toFixed(0)} ms, longest slice ${median(longest).toFixed(0)} ms`,
  );
}
