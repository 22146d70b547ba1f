import { rateLimit, type Limit } from '../web/rate-limit.js';

const PLANS = 30;
const HOUR = 3600;

/** How often a login may have a plan made, or taken on hold again, in an hour: each is a search, and holds many times. */
export function limitPlans(): Limit {
  return rateLimit('plan', PLANS, HOUR);
}
