import mongoose, { Schema, type Types } from 'mongoose';
import { isDuplicateKey } from './duplicate-key.js';

/** Something an appointment has taken so that no other can: a seat of a slot, or one count of a limit. */
export interface Claim {
  /** `slot:<id>:<seat>`, `limit:<…>:<n>` (`limit-student:`, `limit-family:`, `limit-day:`) or `change:<appointment>:0`, which is taken by whatever is to replace that one. */
  _id: string;
  account: Types.ObjectId;
  event: Types.ObjectId;
  appointment: Types.ObjectId;
  /** An appointment that will replace that one: it counts this claim as its own, and inherits it. */
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

/** All claims whose name begins with the prefix. ';' follows ':' in the order of bytes. */
export function underPrefix(prefix: string): { _id: { $gt: string; $lt: string } } {
  return { _id: { $gt: prefix, $lt: `${prefix.slice(0, -1)};` } };
}

/** Makes a claim with the first free number, regardless of the limit: for appointments that are booked already. */
export async function addClaim(prefix: string, claim: Omit<Claim, '_id'>): Promise<void> {
  for (let number = 0; ; number++) {
    try {
      await Claim.create({ ...claim, _id: `${prefix}${number}` });
      return;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
}
