import { runRoster } from '../server/sync/runs/run-roster.js';
import { runSync } from '../server/sync/runs/run-sync.js';
import type { OneShot } from './job.js';

/** Does a sync run: a first import, a nightly one, or a requested one. */
export const runSyncJob: OneShot = (deps, key, stopping) => runSync(deps, key, stopping);

/** Does a run of the account's roster, which events' runs wait for or which stands alone. */
export const runRefreshJob: OneShot = (deps, key, stopping) => runRoster(deps, key, stopping);
