import mongoose, { Schema } from 'mongoose';

/** The counters of rate limits: the limiter writes them; they are declared here for their indexes. */
const schema = new Schema(
  { key: String, points: Number, expire: Date },
  { collection: 'rateLimit', versionKey: false },
);
schema.index({ key: 1 }, { unique: true });
schema.index({ expire: 1 }, { expireAfterSeconds: 0 });

export const RateLimit = mongoose.model('rateLimit', schema);
