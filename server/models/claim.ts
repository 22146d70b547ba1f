import mongoose, { Schema, type Types } from 'mongoose';

/** Something an appointment has taken so that no other can: a seat of a slot, or one count of a limit. */
export interface Claim {
  /** `slot:<id>:<seat>` or `limit:<…>:<n>`. */
  _id: string;
  account: Types.ObjectId;
  event: Types.ObjectId;
  appointment: Types.ObjectId;
  /** An appointment that is to take the place of that one: it counts this claim as its own, and inherits it. */
  next?: Types.ObjectId;
}

const schema = new Schema<Claim>(
  {
    _id: { type: String, required: true },
    account: { type: Schema.Types.ObjectId, required: true },
    event: { type: Schema.Types.ObjectId, required: true },
    appointment: { type: Schema.Types.ObjectId, required: true },
    next: Schema.Types.ObjectId,
  },
  { collection: 'claim', strict: 'throw', versionKey: false },
);
schema.index({ appointment: 1 });
schema.index({ next: 1 }, { partialFilterExpression: { next: { $exists: true } } });

export const Claim = mongoose.model<Claim>('claim', schema);
