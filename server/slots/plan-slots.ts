import { fromLocal } from '../web/local-time.js';

/** A stretch of time; touching is not overlapping. */
export interface Span {
  from: Date;
  to: Date;
}

/** Which times somebody asks for: one local day, from and to as local HH:mm, in the event's zone. */
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
      /** The one after the last, where the day would have to go on for it to fit. */
      tooLate?: Span;
    }
  | {
      ok: false;
      field: 'from' | 'to' | 'minutes';
      reason: 'no such time' | 'order' | 'none fits';
    };

/**
 * The times of one resource, whatever it has already. Lengths are real minutes, so that a night in which clocks change makes
 * more or fewer times and never a shorter one.
 * @param zone the event's: all times lie on one day there
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
export interface ResourcePlan {
  resource: string;
  /** To be made. */
  add: Span[];
  /** Already there, with the same begin and end. */
  there: Span[];
  /** Left out, because a slot of this resource lies across. */
  blocked: Span[];
  /** Lies across a slot that the same teacher has in another event; made only when asked for. */
  elsewhere: Span[];
}

/**
 * Sorts the asked times of each resource into those to add and those to leave out; every time is in exactly one list.
 * @param own slots that the resource has in this event; @param others those of the same teacher in other events.
 */
export function planSlots(
  times: Span[],
  resources: { id: string; own: Span[]; others: Span[] }[],
): ResourcePlan[] {
  return resources.map(({ id, own, others }) => {
    const plan: ResourcePlan = { resource: id, add: [], there: [], blocked: [], elsewhere: [] };
    for (const time of times) listFor(plan, time, own, others).push(time);
    return plan;
  });
}

function listFor(plan: ResourcePlan, time: Span, own: Span[], others: Span[]): Span[] {
  if (own.some((span) => +span.from === +time.from && +span.to === +time.to)) return plan.there;
  if (own.some((span) => overlap(span, time))) return plan.blocked;
  if (others.some((span) => overlap(span, time))) return plan.elsewhere;
  return plan.add;
}

export function overlap(a: Span, b: Span): boolean {
  return a.from < b.to && b.from < a.to;
}
