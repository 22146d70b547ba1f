import { runSync } from '../server/roster/run-sync.js';
import type { OneShot } from './job.js';

/** Does a sync run: a first import, a nightly one, or one that somebody asked for. */
export const runSyncJob: OneShot = (deps, key, stopping) => runSync(deps, key, stopping);
