import { runRoster } from '../server/sync/runs/run-roster.js';
import { runSync } from '../server/sync/runs/run-sync.js';
import type { OneShot } from './job.js';

/** Does a sync run: a first import, a nightly one, or one that somebody asked for. */
export const runSyncJob: OneShot = (deps, key, stopping) => runSync(deps, key, stopping);

/** Does a run of the account's roster: the part that events' runs wait for, or one that stands by itself. */
export const runRefreshJob: OneShot = (deps, key, stopping) => runRoster(deps, key, stopping);
