import { deleteOld } from '../server/database/delete-old.js';
import type { Recurring } from './job.js';

/** Deletes what has outlived its time, by the table in `server/database/lifetimes.ts`. */
export const deleteOldJob: Recurring = {
  name: 'delete-old',
  everyMs: 6 * 3600_000,
  run: deleteOld,
};
