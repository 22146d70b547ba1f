import mongoose, { Schema } from 'mongoose';

/** Where rate limits are counted: written by the limiter, known here for its indexes. */
const schema = new Schema(
  { key: String, points: Number, expire: Date },
  { collection: 'rateLimit', versionKey: false },
);
schema.index({ key: 1 }, { unique: true });
schema.index({ expire: 1 }, { expireAfterSeconds: 0 });

export const RateLimit = mongoose.model('rateLimit', schema);
