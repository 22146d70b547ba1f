import { Types } from 'mongoose';
import { keepWaitlist, keepWaitlists } from '../server/waitlist/keep-waitlists.js';
import type { OneShot, Recurring } from './job.js';

/** Offers what has become free of a teacher's times to those who wait for it; the key is that of `lineKey`. */
export const offerTimesJob: OneShot = async (deps, key, stopping) => {
  const [event, resource] = key.split(':');
  await keepWaitlist(
    deps,
    { event: new Types.ObjectId(event), ...(resource ? { resource: new Types.ObjectId(resource) } : {}) },
    stopping,
  );
};

/** Does so whatever freed it, follows up offers, and goes on with what a killed worker left. */
export const keepWaitlistsJob: Recurring = {
  name: 'keep-waitlists',
  everyMs: 20_000,
  run: keepWaitlists,
};
