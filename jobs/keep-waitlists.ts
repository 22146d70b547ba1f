import { Types } from 'mongoose';
import { keepWaitlist, keepWaitlists } from '../server/waitlist/keep-waitlists.js';
import type { OneShot, Recurring } from './job.js';

/** Offers what has become free in an event to those who wait for it. */
export const offerTimesJob: OneShot = (deps, key, stopping) =>
  keepWaitlist(deps, new Types.ObjectId(key), stopping);

/** Does so whatever freed it, follows up offers, and goes on with what a killed worker left. */
export const keepWaitlistsJob: Recurring = {
  name: 'keep-waitlists',
  everyMs: 20_000,
  run: keepWaitlists,
};
