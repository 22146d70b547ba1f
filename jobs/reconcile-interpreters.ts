import { reconcileInterpreters } from '../server/interpreters/reconcile-interpreters.js';
import type { Recurring } from './job.js';

/** Decides who interprets where that changed, as after a move of slots. */
export const reconcileInterpretersJob: Recurring = {
  name: 'reconcile-interpreters',
  everyMs: 60_000,
  run: reconcileInterpreters,
};
