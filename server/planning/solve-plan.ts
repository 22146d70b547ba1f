import {
  compareMeasures,
  fitTogether,
  measurePlan,
  type Chosen,
  type PlanTime,
  type Problem,
} from './measure-plan.js';
import { cellsOf, searchAll } from './search-all.js';

/** Up to this size every plan is compared: 15 meetings of 20 times each, or 12 of 40 five times over. */
const MOST_CELLS = 10_000_000;
/** The total cost of a search that cannot compare everything. Counted in cells, so that it finds the same on every machine. */
const BUDGET = 8_000_000;
/** How many meetings are placed again together. */
const TOGETHER = 8;

export interface Solution {
  chosen: Chosen;
  /** Whether no plan is better. */
  exact: boolean;
}

/** Finds the best plan. Runs in slices, so that other requests are served in between. */
export async function solvePlan(problem: Problem): Promise<Solution> {
  const mine = turn.then(() => inSlices(problem));
  turn = mine.catch(() => undefined);
  return mine;
}

/** One search at a time, because each uses the processor and some megabytes. */
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
  // A meeting without a possible time would double the search for nothing.
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
 * Finds a good plan where not all can be compared. It places the meetings with the fewest times first, some at a time, each time the best
 * beside those already placed. Then, as long as that helps, it places neighbors in the plan again, together with some that have no time.
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

/** The problem of placing some meetings while the rest of the plan is fixed and counts in the limits. */
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

/** Groups of meetings that follow each other in the plan, with some that have no time; each round has other groups. */
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
