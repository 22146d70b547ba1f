import type { RehearsalPlan } from '../models/rehearsal.js';

/** The most families of one rehearsal, which limits its load on the machine. */
export const MOST_FAMILIES = 3000;
/** The longest rehearsal that the form accepts, in minutes of the real clock. */
export const LONGEST_MINUTES = 60;
/** A rehearsal is stopped after this time, however slow the machine is. */
export const LIMIT_MS = 90 * 60_000;
/** After this silence, a rehearsal's worker counts as dead. */
export const SILENT_MS = 60_000;
/** No rehearsal begins if it would end less than this before an event opens. */
export const SPARE_MS = 10 * 60_000;
/** A rehearsal stops this long before an event opens. Shorter than `SPARE_MS`, so that one that waited may still begin. */
export const NEAR_MS = 5 * 60_000;
/** Families count as booking for this long after a booking or an opening. */
export const RECENT_MS = 10 * 60_000;

export const PACES = [1, 5, 20] as const;

/** The form's first values. */
export const USUAL_PLAN: Omit<RehearsalPlan, 'families'> = {
  firstPercent: 60,
  firstMinutes: 5,
  restMinutes: 25,
  perChild: 0,
  planPercent: 50,
  pace: 5,
};

/** How long it takes on a fast machine, in minutes of the real clock. */
export function minutesOf({
  firstMinutes,
  restMinutes,
  pace,
}: Pick<RehearsalPlan, 'firstMinutes' | 'restMinutes' | 'pace'>): number {
  return (firstMinutes + restMinutes) / pace;
}
