import { continueMoves, runMove } from '../server/moves/run-move.js';
import type { OneShot, Recurring } from './job.js';

/** Moves or cancels the slots of a day, or undoes that. */
export const moveSlotsJob: OneShot = (deps, key, stopping) => runMove(deps, key, stopping);

/** Continues what a killed worker left, and tells families when it is time. */
export const continueMovesJob: Recurring = {
  name: 'continue-moves',
  everyMs: 20_000,
  run: continueMoves,
};
