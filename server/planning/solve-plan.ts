import {
  compareMeasures,
  fitTogether,
  measurePlan,
  type Chosen,
  type PlanTime,
  type Problem,
} from './measure-plan.js';
import { cellsOf, searchAll } from './search-all.js';

/** Up to here every plan is compared: 15 meetings of 20 times each, or 12 of 40 five times over. */
const MOST_CELLS = 10_000_000;
/** What a search that cannot look at everything may cost in all; counted, so that it finds the same on every machine. */
const BUDGET = 8_000_000;
/** Meetings that are placed anew together. */
const TOGETHER = 8;

export interface Solution {
  chosen: Chosen;
  /** Whether there is no better one. */
  exact: boolean;
}

/** The best plan: most meetings, then least waiting, then the earliest end. Runs in slices, for others to be served in between. */
export async function solvePlan(problem: Problem): Promise<Solution> {
  const mine = turn.then(() => inSlices(problem));
  turn = mine.catch(() => undefined);
  return mine;
}

/** One at a time: the processor is one, and each has a table of some megabytes. */
let turn: Promise<unknown> = Promise.resolve();

async function inSlices(problem: Problem): Promise<Solution> {
  const steps = solveSteps(problem);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise((resume) => setImmediate(resume));
  }
}

/** The same as a generator that pauses every few milliseconds. */
export function* solveSteps(problem: Problem): Generator<undefined, Solution> {
  // Those without a fitting time double a search for nothing.
  const chosen: Chosen = problem.meetings.map(() => undefined);
  const all = partOf(problem, chosen, [...chosen.keys()]);
  const open = [...chosen.keys()].filter((meeting) => all.meetings[meeting]?.length);
  if (open.length === 0) return { chosen, exact: true };
  const part = partOf(problem, chosen, open);
  const exact = cellsOf(part) <= MOST_CELLS;
  const found = exact ? yield* searchAll(part) : yield* searchNear(part);
  open.forEach((meeting, index) => (chosen[meeting] = found[index]));
  return { chosen, exact };
}

/**
 * A good plan where not all can be compared: the meetings with the fewest times first, some together, each time the best beside those
 * that have a time already; then, as long as that helps, neighbors in the plan are placed anew together with some that have no time.
 */
function* searchNear(problem: Problem): Generator<undefined, Chosen> {
  let chosen: Chosen = problem.meetings.map(() => undefined);
  let spent = 0;
  const place = function* (which: number[]): Generator<undefined, boolean> {
    const part = partOf(problem, chosen, which);
    spent += cellsOf(part);
    const found = yield* searchAll(part);
    const next = [...chosen];
    which.forEach((meeting, index) => (next[meeting] = found[index]));
    const isBetter = compareMeasures(measurePlan(problem, next), measurePlan(problem, chosen)) < 0;
    if (isBetter) chosen = next;
    return isBetter;
  };
  const scarce = problem.meetings
    .map((times, meeting) => ({ meeting, times: times.length }))
    .sort((a, b) => a.times - b.times || a.meeting - b.meeting)
    .map(({ meeting }) => meeting);
  for (let at = 0; at < scarce.length; at += TOGETHER) yield* place(scarce.slice(at, at + TOGETHER));
  for (let round = 0, isBetter = true; isBetter && spent < BUDGET; round++) {
    isBetter = false;
    for (const which of neighborhoods(chosen, round)) {
      if (spent >= BUDGET) break;
      if (yield* place(which)) isBetter = true;
      yield;
    }
  }
  return chosen;
}

/** The rest of the plan stays as it is: its meetings are fixed, and count in the limits. */
function partOf(problem: Problem, chosen: Chosen, which: number[]): Problem {
  const rest = chosen.flatMap((time, meeting) => (time && !which.includes(meeting) ? [time] : []));
  const fixed = [...problem.fixed, ...rest];
  const fits = (time: PlanTime) => fixed.every((other) => fitTogether(time, other, problem.walk));
  return {
    ...problem,
    fixed,
    meetings: which.map((meeting) => (problem.meetings[meeting] ?? []).filter(fits)),
    limits: problem.limits.map(({ meetings, most }) => ({
      meetings: meetings.flatMap((meeting) => (which.includes(meeting) ? [which.indexOf(meeting)] : [])),
      most: most - meetings.filter((meeting) => !which.includes(meeting) && chosen[meeting]).length,
    })),
  };
}

/** Some that follow each other in the plan, and some without a time, other ones in each round. */
function neighborhoods(chosen: Chosen, round: number): number[][] {
  const placed = chosen
    .flatMap((time, meeting) => (time ? [{ meeting, from: time.from }] : []))
    .sort((a, b) => a.from - b.from)
    .map(({ meeting }) => meeting);
  const without = chosen.flatMap((time, meeting) => (time ? [] : [meeting]));
  const most = without.length > 0 ? TOGETHER - 2 : TOGETHER;
  const lists: number[][] = [];
  for (let start = 0; start < Math.max(1, placed.length); start += 3) {
    const add = without.length === 0 ? [] : [0, 1].map((n) => without[(start + round + n) % without.length]);
    lists.push([...new Set([...placed.slice(start, start + most), ...add.flatMap((one) => one ?? [])])]);
  }
  return lists;
}
