import mongoose from 'mongoose';

const DUPLICATE_KEY = 11000;

/** Whether a write was refused because a unique index holds the same key already: how races are settled. */
export function isDuplicateKey(error: unknown): error is mongoose.mongo.MongoServerError {
  return error instanceof mongoose.mongo.MongoServerError && error.code === DUPLICATE_KEY;
}

/**
 * Of a write of many that failed by nothing but duplicate keys: which of them were refused, by their places.
 * Undefined for any other failure.
 */
export function duplicatesAmong(error: unknown): number[] | undefined {
  if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) return undefined;
  const failed = ([] as mongoose.mongo.WriteError[]).concat(error.writeErrors);
  if (failed.length === 0 || failed.some(({ code }) => code !== DUPLICATE_KEY)) return undefined;
  return failed.map(({ index }) => index);
}
