import { deleteOld } from '../server/database/delete-old.js';
import type { Recurring } from './job.js';

/** Deletes what has lived its time: `server/database/lifetimes.ts` has the table. */
export const deleteOldJob: Recurring = {
  name: 'delete-old',
  everyMs: 6 * 3600_000,
  run: deleteOld,
};
