import { deliverMails } from '../server/notifications/deliver-mails.js';
import type { OneShot, Recurring } from './job.js';

/** Sends the mails that wait, at once after one was queued. */
export const deliverNotifications: OneShot = (deps, _key, stopping) => deliverMails(deps, stopping);

/** Sends emails whose next try is due, and those that a killed worker left. */
export const retryNotifications: Recurring = {
  name: 'retry-notifications',
  everyMs: 60_000,
  run: deliverMails,
};
