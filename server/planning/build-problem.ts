import type { Types } from 'mongoose';
import { USUAL_WALK } from '../models/event.js';
import type { Plan } from '../models/plan.js';
import { dayOf, toLocal } from '../web/local-time.js';
import type { PlacedEvent } from '../web/place.js';
import type { Kept, Opening, Openings } from './find-openings.js';
import type { Chosen, PlanTime, Problem, Walk } from './measure-plan.js';

/** The most times of one meeting that are considered: more than a teacher has in some days. */
const MOST_TIMES = 150;
const DAY_MS = 24 * 3600_000;

/** The solver's input, and how to read its answer. */
export interface Asked {
  problem: Problem;
  openingOf: (wish: number, id: string) => Opening | undefined;
  /** The limit that a plan has used up, among those that count a wish; it is the reason why the wish has no time. */
  limitOver: (wish: number, chosen: Chosen) => 'household limit' | 'student limit' | undefined;
}

type Terms = Pick<Plan, 'days' | 'breaks' | 'gap'>;

/**
 * Builds the solver's input.
 * @param without slots that a wish can't have, by its index
 */
export function buildProblem(
  event: PlacedEvent,
  { offers, kept, left }: Omit<Openings, 'kept'> & { kept: Kept[] },
  terms: Terms,
  without: (wish: number, slot: Types.ObjectId) => boolean = () => false,
): Asked {
  const fits = whenTheyCome(event, terms);
  const meetings = offers.map(({ openings }, wish) =>
    openings.filter(({ slot }) => fits(slot) && !without(wish, slot._id)).slice(0, MOST_TIMES),
  );
  const students = [...new Set(offers.flatMap((offer) => offer.students.map(String)))];
  const every = offers.map((_, wish) => wish);
  const limits = [
    { gap: 'household limit' as const, meetings: every, most: left.family },
    ...students.map((student) => ({
      gap: 'student limit' as const,
      meetings: every.filter((wish) => offers[wish]?.students.some((id) => String(id) === student)),
      most: left.child(student),
    })),
  ].filter(({ most, meetings: counted }) => most < counted.length);
  return {
    problem: {
      meetings: meetings.map((openings) =>
        openings.map(({ slot, place }) =>
          asPlanTime(
            { from: slot.from, to: slot.to, ...(place ? { place } : {}) },
            slot.day,
            String(slot._id),
          ),
        ),
      ),
      fixed: kept.map((one) => asPlanTime(one, dayOf(one.from, event.timeZone))),
      walk: walkOf(event, terms),
      limits,
    },
    limitOver: (wish, chosen) =>
      limits.find(
        ({ meetings: counted, most }) =>
          counted.includes(wish) && counted.filter((other) => chosen[other]).length >= most,
      )?.gap,
    openingOf: (wish, id) => meetings[wish]?.find(({ slot }) => String(slot._id) === id),
  };
}

/** The minutes that the event, and this family, want between two meetings. */
export function walkOf({ booking }: PlacedEvent, { gap }: Pick<Terms, 'gap'>): Walk {
  const { gapMinutes, walkRooms: rooms, walkSchools: schools } = { ...USUAL_WALK, ...booking };
  return { gap: Math.max(gap, gapMinutes), rooms, schools };
}

/**
 * A time in the solver's form.
 * @param day YYYY-MM-DD
 */
export function asPlanTime({ from, to, place }: Kept, day: string, id = ''): PlanTime {
  return {
    id,
    from: Math.floor(from.getTime() / 60_000),
    to: Math.ceil(to.getTime() / 60_000),
    day: Date.parse(day) / DAY_MS,
    ...(place ? { place } : {}),
  };
}

/** Whether a time lies within the hours that the family gave, and outside its breaks. */
function whenTheyCome({ timeZone }: PlacedEvent, { days, breaks }: Terms) {
  // Teachers mostly share their times, so each time is converted once.
  const known = new Map<number, string>();
  const clock = (at: Date) => {
    const time = known.get(at.getTime()) ?? toLocal(at, timeZone).slice(11);
    known.set(at.getTime(), time);
    return time;
  };
  return (slot: { day: string; from: Date; to: Date }): boolean => {
    const [from, to] = [clock(slot.from), clock(slot.to)];
    const window = days.find(({ day }) => day === slot.day);
    return (
      window !== undefined &&
      window.from <= from &&
      to <= window.to &&
      // It ends at midnight.
      from < to &&
      !breaks.some((pause) => pause.from < to && from < pause.to)
    );
  };
}
