import mongoose, { Schema, type Types } from 'mongoose';

/** A school's logo, as it is served: a picture with nothing but what is visible. */
export interface Logo {
  /** Its version: hash of the account and the content. */
  _id: string;
  account: Types.ObjectId;
  type: 'image/png' | 'image/jpeg';
  data: Buffer;
}

const schema = new Schema<Logo>(
  {
    _id: { type: String, required: true },
    account: { type: Schema.Types.ObjectId, required: true },
    type: { type: String, enum: ['image/png', 'image/jpeg'], required: true },
    data: { type: Buffer, required: true },
  },
  { collection: 'logo', strict: 'throw', versionKey: false },
);
schema.index({ account: 1 });

export const Logo = mongoose.model<Logo>('logo', schema);
