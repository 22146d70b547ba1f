/** Where a meeting is: one room of one school. A video meeting is nowhere, and nobody walks to it or from it. */
export interface Place {
  school: string;
  room: string;
}

/** A time for a meeting, in whole minutes since some moment. */
export interface PlanTime {
  id: string;
  from: number;
  to: number;
  /** Days are numbered in their order; no time crosses midnight. */
  day: number;
  place?: Place;
}

/** The least minutes between the end of one meeting and the start of the next. */
export interface Walk {
  gap: number;
  /** From one room to another of the same school, and to another school. */
  rooms: number;
  schools: number;
}

export interface Problem {
  /** What each meeting may be held at. */
  meetings: PlanTime[][];
  /** The family's other meetings, which stay. They are part of its visit. */
  fixed: PlanTime[];
  walk: Walk;
  /** Of these meetings, by their index, no more than so many. */
  limits: { meetings: number[]; most: number }[];
}

/** By meeting its time, or undefined. */
export type Chosen = (PlanTime | undefined)[];

/**
 * What coming on one more day costs, in minutes of waiting: a second evening is better than sitting around for more than an hour.
 * Fewer days are better where both cost the same.
 */
export const DAY_COST = 60;

export function minutesBetween(a: Place | undefined, b: Place | undefined, walk: Walk): number {
  if (!a || !b) return walk.gap;
  if (a.school !== b.school) return Math.max(walk.gap, walk.rooms, walk.schools);
  return a.room === b.room ? walk.gap : Math.max(walk.gap, walk.rooms);
}

/** Whether two meetings can both be, with the way between them. */
export function fitTogether(a: PlanTime, b: PlanTime, walk: Walk): boolean {
  const between = minutesBetween(a.place, b.place, walk);
  return a.to + between <= b.from || b.to + between <= a.from;
}

/** What a plan is judged by, the first number that differs decides: meetings (more is better), then waiting with days, days, the end. */
export interface Measure {
  count: number;
  /** Minutes between the first and the last meeting of each day in which there is none. */
  waiting: number;
  days: number;
  /** When all is over. */
  end: number;
}

export function measurePlan({ fixed }: Pick<Problem, 'fixed'>, chosen: Chosen): Measure {
  const placed = chosen.flatMap((time) => time ?? []);
  const byDay = new Map<number, PlanTime[]>();
  for (const time of [...placed, ...fixed]) byDay.set(time.day, [...(byDay.get(time.day) ?? []), time]);
  let waiting = 0;
  let end = -Infinity;
  for (const times of byDay.values()) {
    let last = Infinity;
    for (const { from, to } of times.sort((a, b) => a.from - b.from || a.to - b.to)) {
      waiting += Math.max(0, from - last);
      last = last === Infinity ? to : Math.max(last, to);
    }
    end = Math.max(end, last);
  }
  return { count: placed.length, waiting, days: byDay.size, end };
}

/** Negative where `a` is the better plan. */
export function compareMeasures(a: Measure, b: Measure): number {
  return (
    b.count - a.count ||
    a.waiting + a.days * DAY_COST - (b.waiting + b.days * DAY_COST) ||
    a.days - b.days ||
    a.end - b.end
  );
}
