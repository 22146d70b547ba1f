import { CleverError } from '../../clever/explain-failure.js';
import type { Run } from '../../models/run.js';

/** A night that finds its source away tries again after this many minutes. */
const AFTER_MINUTES = [15, 30, 60];

/**
 * When a night's run is tried again after a fault. Undefined if the fault does not pass by itself, if a person asked for the run and waits
 * for its answer, and after the third retry.
 */
export function nextTry(
  { night, retries = 0 }: Pick<Run, 'retries'> & { night?: string },
  error: unknown,
  now: Date,
): Date | undefined {
  const minutes = AFTER_MINUTES[retries];
  if (night === undefined || minutes === undefined) return undefined;
  if (!(error instanceof CleverError) || !error.temporary) return undefined;
  return new Date(now.getTime() + minutes * 60_000);
}

/** Of the runs that wait, those whose time has come. */
export function dueAt(now: Date) {
  return { retryAt: { $not: { $gt: now } } };
}
