/** The place of a meeting: a room of a school. A video meeting has none, and nobody walks to or from it. */
export interface Place {
  school: string;
  room: string;
}

/** A time for a meeting, in whole minutes since some moment. */
export interface PlanTime {
  id: string;
  from: number;
  to: number;
  /** Days are numbered in order; no time crosses midnight. */
  day: number;
  place?: Place;
}

/** The least minutes between the end of one meeting and the start of the next. */
export interface Walk {
  gap: number;
  /** From one room to another in the same school, and to another school. */
  rooms: number;
  schools: number;
}

export interface Problem {
  /** The possible times of each meeting. */
  meetings: PlanTime[][];
  /** The family's other meetings, which stay and are part of its visit. */
  fixed: PlanTime[];
  walk: Walk;
  /** At most so many of these meetings, by their indexes. */
  limits: { meetings: number[]; most: number }[];
}

/** The time of each meeting, or undefined. */
export type Chosen = (PlanTime | undefined)[];

/** The cost of one more day, in minutes of waiting. If both cost the same, fewer days win. */
export const DAY_COST = 60;

/** The least minutes between two meetings at these places. */
export function minutesBetween(a: Place | undefined, b: Place | undefined, walk: Walk): number {
  if (!a || !b) return walk.gap;
  if (a.school !== b.school) return Math.max(walk.gap, walk.rooms, walk.schools);
  return a.room === b.room ? walk.gap : Math.max(walk.gap, walk.rooms);
}

/** Whether both meetings are possible, with the way between them. */
export function fitTogether(a: PlanTime, b: PlanTime, walk: Walk): boolean {
  const between = minutesBetween(a.place, b.place, walk);
  return a.to + between <= b.from || b.to + between <= a.from;
}

/** How a plan is judged, by the first difference: more meetings, less waiting with days, fewer days, the earlier end. */
export interface Measure {
  count: number;
  /** Minutes between the first and the last meeting of each day that are not spent in a meeting. */
  waiting: number;
  days: number;
  /** When the last meeting ends. */
  end: number;
}

/** The measure of a plan, to compare it with others. */
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

/** Compares two plans: negative if `a` is better. */
export function compareMeasures(a: Measure, b: Measure): number {
  return (
    b.count - a.count ||
    a.waiting + a.days * DAY_COST - (b.waiting + b.days * DAY_COST) ||
    a.days - b.days ||
    a.end - b.end
  );
}
