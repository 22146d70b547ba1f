import mongoose, { Schema } from 'mongoose';

/** The sessions: the session store writes them; they are declared here for their index. `_id` is a hash of the cookie's value. */
const schema = new Schema(
  { _id: String, session: Schema.Types.Mixed, expires: Date, lastModified: Date },
  { collection: 'session', versionKey: false },
);
schema.index({ expires: 1 }, { expireAfterSeconds: 0 });

export const Session = mongoose.model('session', schema);
