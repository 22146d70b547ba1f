import { checkWaitingApprovals } from '../server/clever/connection/check-approval.js';
import type { Recurring } from './job.js';

/** A district approves within 24 to 36 hours; those that are waited for are checked hourly. */
export const checkApprovals: Recurring = {
  name: 'check-approvals',
  everyMs: 3600_000,
  run: checkWaitingApprovals,
};
