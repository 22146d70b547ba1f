import { expireHolds } from '../server/booking/expire-holds.js';
import { finishChanges } from '../server/households/finish-changes.js';
import { finishPlans } from '../server/planning/finish-plans.js';
import { unlockLeft } from '../server/slots/lock-slots.js';
import type { Recurring } from './job.js';

/** Ends holds that ran out, and finishes what a killed process left unfinished. */
export const expireHoldsJob: Recurring = {
  name: 'expire-holds',
  everyMs: 60_000,
  async run(deps, stopping) {
    await finishPlans(deps, stopping);
    await finishChanges(deps, stopping);
    await expireHolds(deps, stopping);
    await unlockLeft(deps);
  },
};
