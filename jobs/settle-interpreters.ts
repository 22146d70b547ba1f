import { settleInterpreters } from '../server/interpreters/settle-interpreters.js';
import type { Recurring } from './job.js';

/** Decides who interprets where that changed, as after a move of slots. */
export const settleInterpretersJob: Recurring = {
  name: 'settle-interpreters',
  everyMs: 60_000,
  run: settleInterpreters,
};
