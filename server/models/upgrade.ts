import mongoose, { Schema } from 'mongoose';

/** A step of `server/upgrades` that this database has completed. */
export interface Upgrade {
  _id: string;
  at: Date;
}

const schema = new Schema<Upgrade>(
  { _id: { type: String, required: true }, at: { type: Date, required: true } },
  { collection: 'upgrade', strict: 'throw', versionKey: false },
);

export const Upgrade = mongoose.model<Upgrade>('upgrade', schema);
