import { CleverError } from '../../clever/explain-failure.js';
import type { Run } from '../../models/run.js';

/** After so many minutes a night that found its source away tries again. */
const AFTER_MINUTES = [15, 30, 60];

/**
 * When a night's run is tried again after a fault: undefined where the fault does not pass by itself, where a person asked for the
 * run and waits for its answer, and after the third further try.
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

/** Of runs that wait: those whose time has come. */
export function dueAt(now: Date) {
  return { retryAt: { $not: { $gt: now } } };
}
