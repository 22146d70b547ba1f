import type { Deps } from '../server/deps.js';
import type { JobName } from '../server/queue.js';
import { checkApprovals } from './check-approvals.js';
import { deliverNotifications, retryNotifications } from './deliver-notifications.js';
import { expireHoldsJob } from './expire-holds.js';
import { openNightlyRuns } from './open-nightly-runs.js';
import { runSyncJob } from './run-sync.js';

/** A one-shot that features ask for by name; `key` tells what it is about. */
export type OneShot = (deps: Deps, key: string, stopping: AbortSignal) => Promise<void>;

/** Runs by itself. */
export interface Recurring {
  name: string;
  everyMs: number;
  run: (deps: Deps, stopping: AbortSignal) => Promise<void>;
}

/** The one table of what runs when. Each job is shallow: it calls a feature. */
export const ONE_SHOTS: Partial<Record<JobName, OneShot>> = {
  'deliver-notifications': deliverNotifications,
  'run-sync': runSyncJob,
};

export const RECURRING: Recurring[] = [checkApprovals, expireHoldsJob, openNightlyRuns, retryNotifications];
