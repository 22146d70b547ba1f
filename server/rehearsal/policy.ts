import type { RehearsalPlan } from '../models/rehearsal.js';

/** The most families of one rehearsal: what it takes from the machine stays bounded. */
export const MOST_FAMILIES = 3000;
/** The longest that one may take as it is asked for, in minutes of the real clock. */
export const LONGEST_MINUTES = 60;
/** However slow the machine is: then it is stopped. */
export const LIMIT_MS = 90 * 60_000;
/** A rehearsal whose worker is silent for so long has lost it. */
export const SILENT_MS = 60_000;
/** No rehearsal is under way so shortly before an event opens, beside the time that it takes. */
export const SPARE_MS = 10 * 60_000;
/** A rehearsal that runs ends so long before an event opens, on a slow machine too. Shorter than `SPARE_MS`: one that waited a while may begin. */
export const NEAR_MS = 5 * 60_000;
/** If somebody booked, or an event opened, within this time, families are booking. */
export const RECENT_MS = 10 * 60_000;

export const PACES = [1, 5, 20] as const;

/** What the form begins with. */
export const USUAL_PLAN: Omit<RehearsalPlan, 'families'> = {
  firstPercent: 60,
  firstMinutes: 5,
  restMinutes: 25,
  perChild: 0,
  planPercent: 50,
  pace: 5,
};

/** How long it takes if the machine keeps up, in minutes of the real clock. */
export function minutesOf({
  firstMinutes,
  restMinutes,
  pace,
}: Pick<RehearsalPlan, 'firstMinutes' | 'restMinutes' | 'pace'>): number {
  return (firstMinutes + restMinutes) / pace;
}
