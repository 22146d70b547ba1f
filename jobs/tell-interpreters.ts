import { tellInterpreters } from '../server/interpreters/tell-interpreters.js';
import type { Recurring } from './job.js';

/** Mails interpreters their meetings when those change, and reminders. */
export const tellInterpretersJob: Recurring = {
  name: 'tell-interpreters',
  everyMs: 60_000,
  run: tellInterpreters,
};
