import mongoose from 'mongoose';

/** Whether a write was refused because a unique index holds the same key already: how races are settled. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && error.code === 11000;
}
