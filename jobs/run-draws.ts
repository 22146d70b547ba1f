import { runDraws } from '../server/draw/book-drawn.js';
import type { Recurring } from './job.js';

/** Draws preference rounds and books what was drawn: many minutes' work at a large school, so that it has a job of its own. */
export const runDrawsJob: Recurring = {
  name: 'run-draws',
  everyMs: 60_000,
  run: runDraws,
};
