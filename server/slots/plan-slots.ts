import { fromLocal } from '../web/local-time.js';

/** A stretch of time. Two that touch do not overlap. */
export interface Span {
  from: Date;
  to: Date;
}

/** One requested block of one local day; from and to are local HH:mm in the event's zone. */
export interface Pattern {
  day: string;
  from: string;
  to: string;
  /** Length of one slot. */
  minutes: number;
  /** Between two slots. */
  breakMinutes: number;
}

export type Times =
  | {
      ok: true;
      times: Span[];
      /** The time that would come next but no longer fits into the day. */
      tooLate?: Span;
    }
  | {
      ok: false;
      field: 'from' | 'to' | 'minutes';
      reason: 'no such time' | 'order' | 'none fits';
    };

/**
 * The times of one resource, regardless of what it already has. Lengths are real minutes, so a night in which clocks change has more or
 * fewer times but never a shorter one.
 * @param zone the event's zone; all times lie on one day there
 */
export function layOutTimes(pattern: Pattern, zone: string): Times {
  const from = fromLocal(`${pattern.day}T${pattern.from}`, zone);
  const to = fromLocal(`${pattern.day}T${pattern.to}`, zone);
  if (!from) return { ok: false, field: 'from', reason: 'no such time' };
  if (!to) return { ok: false, field: 'to', reason: 'no such time' };
  if (to <= from) return { ok: false, field: 'to', reason: 'order' };

  const length = pattern.minutes * 60_000;
  const step = length + pattern.breakMinutes * 60_000;
  const all: Span[] = [];
  for (let start = from.getTime(); start < to.getTime(); start += step)
    all.push({ from: new Date(start), to: new Date(start + length) });
  const times = all.filter((span) => span.to <= to);
  if (times.length === 0) return { ok: false, field: 'minutes', reason: 'none fits' };
  const tooLate = all[times.length];
  return { ok: true, times, ...(tooLate ? { tooLate } : {}) };
}

/** What making the times would do for one resource. */
export interface ResourcePlan<T extends Span = Span> {
  resource: string;
  /** Times to be made. */
  add: T[];
  /** Slots that already exist with the same start and end. */
  there: T[];
  /** Times that are left out, because they overlap a slot of this resource. */
  blocked: T[];
  /** Times that overlap a slot of the same teacher in another event; they are made only on request. */
  elsewhere: T[];
}

/**
 * Sorts the requested times of each resource into those to add and those to leave out. Every time is in exactly one list.
 * @param own slots that the resource has in this event
 * @param others slots of the same teacher in other events
 */
export function planSlots<T extends Span>(
  times: T[],
  resources: { id: string; own: Span[]; others: Span[] }[],
): ResourcePlan<T>[] {
  return resources.map(({ id, own, others }) => {
    const plan: ResourcePlan<T> = { resource: id, add: [], there: [], blocked: [], elsewhere: [] };
    const same = new Set(own.map(keyOf));
    const [liesAcross, isElsewhere] = [findOverlaps(own), findOverlaps(others)];
    for (const time of times) {
      if (same.has(keyOf(time))) plan.there.push(time);
      else if (liesAcross(time)) plan.blocked.push(time);
      else if (isElsewhere(time)) plan.elsewhere.push(time);
      else plan.add.push(time);
    }
    return plan;
  });
}

/** The sums over the plans of all resources, and how many resources get any slot. */
export function sumPlans(plans: ResourcePlan[]) {
  const sum = (list: 'add' | 'there' | 'blocked' | 'elsewhere') =>
    plans.reduce((total, plan) => total + plan[list].length, 0);
  return {
    totals: { add: sum('add'), there: sum('there'), blocked: sum('blocked'), elsewhere: sum('elsewhere') },
    teachers: plans.length,
    gaining: plans.filter((plan) => plan.add.length > 0).length,
  };
}

const keyOf = ({ from, to }: Span): string => `${from.getTime()}-${to.getTime()}`;

/** Makes a test for whether a stretch overlaps any of these; each test takes logarithmic time. */
export function findOverlaps(spans: Span[]): (time: Span) => boolean {
  const sorted = spans.toSorted((a, b) => a.from.getTime() - b.from.getTime());
  const begins = sorted.map(({ from }) => from.getTime());
  // The latest end up to here. One of the stretches that begin before `to` overlaps exactly when this end is after `from`.
  const ends: number[] = [];
  for (const { to } of sorted) ends.push(Math.max(to.getTime(), ends.at(-1) ?? -Infinity));
  return ({ from, to }) => {
    let [low, high] = [0, begins.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((begins[middle] ?? 0) < to.getTime()) low = middle + 1;
      else high = middle;
    }
    return (ends[low - 1] ?? -Infinity) > from.getTime();
  };
}

export function overlap(a: Span, b: Span): boolean {
  return a.from < b.to && b.from < a.to;
}
