import { deleteEvents } from '../server/events/deletion/delete-events.js';
import type { OneShot, Recurring } from './job.js';

/** Deletes what is in events that somebody deleted, at once. */
export const deleteEventsJob: OneShot = (deps, _key, stopping) => deleteEvents(deps, stopping);

/** Continues where a killed worker stopped. */
export const deleteEventsAgain: Recurring = {
  name: 'delete-events-again',
  everyMs: 60_000,
  run: deleteEvents,
};
