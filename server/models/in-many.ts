import type { Types } from 'mongoose';

/** With more values, looking for each of them takes longer than reading whatever has the field. */
const MANY = 1000;

/**
 * The condition that a field which few documents have, as its partial index says, holds one of some ids. Of many ids it says only that
 * there is the field, so whoever asks looks at the values of what is found.
 */
export function inMany(ids: readonly Types.ObjectId[]): { $exists: true; $in?: Types.ObjectId[] } {
  return ids.length > MANY ? { $exists: true } : { $in: [...ids], $exists: true };
}
