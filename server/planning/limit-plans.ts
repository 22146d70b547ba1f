import { rateLimit, type Limit } from '../web/rate-limit.js';

const PLANS = 30;
const HOUR = 3600;

/** Limits how often a login may make a plan, or take it on hold again, in an hour: each time costs a search and holds many times. */
export function limitPlans(): Limit {
  return rateLimit('plan', PLANS, HOUR);
}
