import { layTimes, type Layout } from './lay-times.js';
import { minutesBetween, type Chosen, type Problem } from './measure-plan.js';

/** The cost of what cannot be reached, far below where sums would overflow. */
const NEVER = 1 << 30;
/** Steps between two pauses: some milliseconds. */
const SLICE = 150_000;

/** How much memory and time a search takes, in cells of its table. */
export function cellsOf({ meetings }: Pick<Problem, 'meetings'>): number {
  const size = meetings.reduce((sum, times) => sum + times.length, 0);
  // A set that was reached is noted even without any time.
  return 2 ** meetings.length * Math.max(1, size);
}

/**
 * Finds the best plan. The rest of a plan depends only on which meetings are done and when the last one ends. So for each set of done
 * meetings and each last time it keeps the cheapest way there, and adds one meeting after the cheapest that leaves time for the way.
 * Smaller sets are finished before larger ones. It yields often, so that other requests are served. Fixed meetings never conflict:
 * conflicting times are left out before, and fixed minutes are taken out of the clock.
 */
export function* searchAll(problem: Problem): Generator<undefined, Chosen> {
  const layout = layTimes(problem);
  const { size, times, meetingOf, dayOf, from, enter, close } = layout;
  const sets = 1 << problem.meetings.length;
  const cost = new Int32Array(sets * size).fill(NEVER);
  const limits = problem.limits.map(({ meetings, most }) => ({
    bits: meetings.reduce((all, meeting) => all | (1 << meeting), 0),
    most,
  }));
  const reached = new Uint8Array(sets);
  reached[0] = 1;
  const waits = waitingAfter(layout);
  let best = { set: 0, last: -1, count: 0, cost: 0, end: 0 };
  let work = 0;
  for (let set = 0; set < sets; set++) {
    if (!reached[set] || limits.some(({ bits, most }) => bitsIn(set & bits) > most)) continue;
    if ((work += size) > SLICE) {
      work = 0;
      yield;
    }
    const row = cost.subarray(set * size, (set + 1) * size);
    const count = bitsIn(set);
    for (let last = 0; last < size && count >= best.count && set > 0; last++) {
      const reachedAt = row[last] ?? NEVER;
      if (reachedAt >= NEVER) continue;
      const end = Math.max(times[last]?.to ?? 0, layout.lastFixed);
      const now = { set, last, count, cost: reachedAt + (close[last] ?? 0), end };
      if (isBetter(now, best)) best = now;
    }
    waits.follow(set, row);
    for (let next = 0; next < size; next++) {
      const bit = 1 << (meetingOf[next] ?? 0);
      if (set & bit) continue;
      const after = Math.min(
        set === 0 ? (enter[next] ?? 0) : NEVER,
        (from[next] ?? 0) + waits.sameDay(next),
        waits.dayBefore(dayOf[next] ?? 0) + (enter[next] ?? 0),
      );
      if (after >= NEVER / 2) continue;
      cost[(set | bit) * size + next] = after;
      reached[set | bit] = 1;
    }
  }
  return walkBack(problem, layout, cost, best);
}

interface Reached {
  set: number;
  last: number;
  count: number;
  cost: number;
  end: number;
}

function isBetter(a: Reached, b: Reached): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.cost !== b.cost ? a.cost < b.cost : a.end < b.end;
}

function bitsIn(set: number): number {
  let count = 0;
  for (let rest = set; rest; rest &= rest - 1) count++;
  return count;
}

/**
 * The cheapest way in one row so far, going through the times by their ends: of all, of those at the same school, and of those in the same
 * room. `after` looks up what ends early enough before a time, at the places that `layTimes` found.
 */
function waitingAfter(layout: Layout) {
  const { size, meetingOf, dayOf, schoolOf, roomOf, to, close, days } = layout;
  const all = new Int32Array(size);
  const atSchool = new Int32Array(size);
  const inRoom = new Int32Array(size);
  const schools = new Int32Array(layout.schools);
  const rooms = new Int32Array(layout.rooms);
  const earlier = new Int32Array(days);

  function follow(set: number, row: Int32Array): void {
    let day = -1;
    let least = NEVER;
    let before = NEVER;
    earlier.fill(NEVER);
    for (let at = 0; at < size; at++) {
      if (dayOf[at] !== day) {
        day = dayOf[at] ?? 0;
        least = NEVER;
        schools.fill(NEVER);
        rooms.fill(NEVER);
        earlier[day] = before;
      }
      const [school, room] = [schoolOf[at] ?? 0, roomOf[at] ?? 0];
      const value = row[at] ?? NEVER;
      if (value < NEVER && set & (1 << (meetingOf[at] ?? 0))) {
        const left = value - (to[at] ?? 0);
        if (left < least) least = left;
        if (left < (schools[school] ?? 0)) schools[school] = left;
        if (left < (rooms[room] ?? 0)) rooms[room] = left;
        const closed = value + (close[at] ?? 0);
        if (closed < before) before = closed;
      }
      all[at] = least;
      atSchool[at] = schools[school] ?? NEVER;
      inRoom[at] = rooms[room] ?? NEVER;
    }
  }
  const at = (list: Int32Array, position: number) => (position < 0 ? NEVER : (list[position] ?? NEVER));
  return {
    follow,
    sameDay: (next: number) =>
      Math.min(
        at(all, layout.afterAny[next] ?? -1),
        at(atSchool, layout.afterSchool[next] ?? -1),
        at(inRoom, layout.afterRoom[next] ?? -1),
        at(atSchool, layout.afterVideo[next] ?? -1),
      ),
    dayBefore: (day: number) => earlier[day] ?? NEVER,
  };
}

/** The times of the best plan, from the last to the first. */
function walkBack({ meetings, walk }: Problem, layout: Layout, cost: Int32Array, best: Reached): Chosen {
  const { size, times, meetingOf, from, to, enter, close } = layout;
  const chosen: Chosen = meetings.map(() => undefined);
  let { set, last } = best;
  while (last >= 0) {
    const meeting = meetingOf[last] ?? 0;
    const time = times[last];
    chosen[meeting] = time;
    const value = cost[set * size + last];
    set &= ~(1 << meeting);
    const next = last;
    const comesBefore = (at: number): boolean => {
      const before = cost[set * size + at] ?? NEVER;
      const other = times[at];
      if (before >= NEVER || !time || !other || !(set & (1 << (meetingOf[at] ?? 0)))) return false;
      if (other.day !== time.day)
        return other.day < time.day && before + (close[at] ?? 0) + (enter[next] ?? 0) === value;
      const isInTime = other.to + minutesBetween(other.place, time.place, walk) <= time.from;
      return isInTime && before + (from[next] ?? 0) - (to[at] ?? 0) === value;
    };
    last = set === 0 ? -1 : indexWhere(size, comesBefore);
  }
  return chosen;
}

function indexWhere(size: number, is: (at: number) => boolean): number {
  for (let at = 0; at < size; at++) if (is(at)) return at;
  throw new Error('A plan lost its way back.');
}
