import mongoose from 'mongoose';
import { isDatabaseGone } from '../../web/errors.js';

/** Codes of a server that is going down or handing over: HostUnreachable, ShutdownInProgress, PrimarySteppedDown, … */
const PASSING_CODES = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** Whether a fault is the database's absence and not the run's: then the run is not over, and is done again. */
export function isPassing(error: unknown): boolean {
  if (isDatabaseGone(error)) return true;
  if (error instanceof mongoose.mongo.MongoError && error.hasErrorLabel('RetryableWriteError')) return true;
  // A bulk write wraps whatever ended it.
  if (error instanceof mongoose.mongo.MongoServerError && isPassing(error.errorResponse)) return true;
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' && PASSING_CODES.has(code);
}
