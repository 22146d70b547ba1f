import mongoose from 'mongoose';

export const DUPLICATE_KEY = 11000;

/** Whether a write was refused because a unique index has the same key already, which is how races are decided. */
export function isDuplicateKey(error: unknown): error is mongoose.mongo.MongoServerError {
  return error instanceof mongoose.mongo.MongoServerError && error.code === DUPLICATE_KEY;
}

/** Of a bulk write that failed only by duplicate keys: the places of the refused documents. Undefined for any other failure. */
export function duplicatesAmong(error: unknown): number[] | undefined {
  if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) return undefined;
  const failed = ([] as mongoose.mongo.WriteError[]).concat(error.writeErrors);
  if (failed.length === 0 || failed.some(({ code }) => code !== DUPLICATE_KEY)) return undefined;
  return failed.map(({ index }) => index);
}
