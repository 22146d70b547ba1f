import { runAlone } from '../server/sync/runs/run-alone.js';
import { runSync } from '../server/sync/runs/run-sync.js';
import type { OneShot } from './job.js';

/** Does a sync run: a first import, a nightly one, or one that somebody asked for. */
export const runSyncJob: OneShot = (deps, key, stopping) => runSync(deps, key, stopping);

/** Does a run of the account's roster that stands by itself: removals that somebody accepted, roster files. */
export const runRefreshJob: OneShot = (deps, key, stopping) => runAlone(deps, key, stopping);
