import mongoose, { Schema, type Types } from 'mongoose';

/** A link that works once: sent by mail, or printed at the first start. Only the hash of its secret is kept. */
export interface OneTimeLink {
  /** SHA-256 of the secret, base64url. */
  _id: string;
  kind: 'first administrator' | 'prove e-mail' | 'new password' | 'invitation';
  user?: Types.ObjectId;
  /** Where to go on afterwards, a path of ours. */
  next?: string;
  expiresAt: Date;
}

const schema = new Schema<OneTimeLink>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    user: Schema.Types.ObjectId,
    next: String,
    expiresAt: { type: Date, required: true },
  },
  { collection: 'oneTimeLink', strict: 'throw', versionKey: false },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
schema.index({ kind: 1, user: 1 });

export const OneTimeLink = mongoose.model<OneTimeLink>('oneTimeLink', schema);
