import mongoose from 'mongoose';
import { isDatabaseGone } from '../../web/errors.js';

/** Whether a fault is the database's absence and not the run's: then the run is not over, and is done again. */
export function isPassing(error: unknown): boolean {
  if (isDatabaseGone(error)) return true;
  if (error instanceof mongoose.mongo.MongoError && error.hasErrorLabel('RetryableWriteError')) return true;
  // A bulk write wraps whatever ended it.
  return error instanceof mongoose.mongo.MongoServerError && isPassing(error.errorResponse);
}
