import { sendReminders } from '../server/booking/send-reminders.js';
import type { Recurring } from './job.js';

/** Reminds families of their meetings. */
export const sendRemindersJob: Recurring = {
  name: 'send-reminders',
  everyMs: 60_000,
  run: sendReminders,
};
