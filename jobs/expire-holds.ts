import { expireHolds } from '../server/booking/expire-holds.js';
import { finishChanges } from '../server/households/finish-changes.js';
import { finishPlans } from '../server/planning/finish-plans.js';
import { unlockLeft } from '../server/slots/unlock-left.js';
import { eachOf } from '../server/web/each-of.js';
import type { Recurring } from './job.js';

/** Each has its turn, also where one before it fails. */
const STEPS: Recurring['run'][] = [finishPlans, finishChanges, expireHolds, unlockLeft];

/** Ends holds that ran out, and finishes what a killed process left unfinished. */
export const expireHoldsJob: Recurring = {
  name: 'expire-holds',
  everyMs: 60_000,
  run: (deps, stopping) => eachOf(STEPS, stopping, (step) => step(deps, stopping)),
};
