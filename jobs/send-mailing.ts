import { continueMailings, runMailing } from '../server/mailings/run-mailing.js';
import type { OneShot, Recurring } from './job.js';

/** Sends a mail to a group, at once after somebody asked for it. */
export const sendMailingJob: OneShot = (deps, key, stopping) => runMailing(deps, key, stopping);

/** Sends those whose time has come, and goes on with what a killed worker left. */
export const continueMailingsJob: Recurring = {
  name: 'continue-mailings',
  everyMs: 20_000,
  run: continueMailings,
};
