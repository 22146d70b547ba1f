import mongoose from 'mongoose';
import { isDatabaseGone } from '../../web/errors.js';

/** Whether the database was away, which is no fault of the run: it is not over, and is done again. */
export function isPassing(error: unknown): boolean {
  if (isDatabaseGone(error)) return true;
  if (error instanceof mongoose.mongo.MongoError && error.hasErrorLabel('RetryableWriteError')) return true;
  // A bulk write wraps the error that ended it.
  return error instanceof mongoose.mongo.MongoServerError && isPassing(error.errorResponse);
}
