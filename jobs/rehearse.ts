import { keepRehearsals } from '../server/rehearsal/keep-rehearsals.js';
import { runRehearsal } from '../server/rehearsal/run-rehearsal.js';
import type { OneShot, Recurring } from './job.js';

/** Rehearses the opening of an event in a copy of it. */
export const rehearseJob: OneShot = (deps, key, stopping) => runRehearsal(deps, key, stopping);

/** Ends what a killed worker left of rehearsals, and drops its database. */
export const keepRehearsalsJob: Recurring = {
  name: 'keep-rehearsals',
  everyMs: 30_000,
  run: keepRehearsals,
};
