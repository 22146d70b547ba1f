import { sendReminders } from '../server/meetings/send-reminders.js';
import type { Recurring } from './job.js';

/** Reminds families of their meetings. */
export const sendRemindersJob: Recurring = {
  name: 'send-reminders',
  everyMs: 60_000,
  run: sendReminders,
};
