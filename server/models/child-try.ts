import mongoose, { Schema, type Types } from 'mongoose';
import { numberKey } from './security-value.js';

/** Failed tries to add the student with a number, in one account. Kept for a short while, to slow down people who guess. */
export interface ChildTry {
  /** `<account>:<number key>`, whether or not there is such a student; of one login alone `login:<login>:<account>:<number key>`. */
  _id: string;
  account: Types.ObjectId;
  /** Tries that proved nothing; starts over after a day without any. */
  wrong: number;
  firstAt: Date;
  lastAt: Date;
  /** Until then no further try is compared. */
  until: Date;
  /** Of one login: from then on its next try is compared, however many tries others make meanwhile. */
  place?: Date;
  expiresAt: Date;
}

const schema = new Schema<ChildTry>(
  {
    _id: { type: String, required: true },
    account: { type: Schema.Types.ObjectId, required: true },
    wrong: { type: Number, required: true },
    firstAt: { type: Date, required: true },
    lastAt: { type: Date, required: true },
    until: { type: Date, required: true },
    place: Date,
    expiresAt: { type: Date, required: true },
  },
  { collection: 'childTry', strict: 'throw', versionKey: false },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const ChildTry = mongoose.model<ChildTry>('childTry', schema);

/** The id under which the tries at a student's number are counted, however the number is written. */
export function childTryId(account: Types.ObjectId, number: string): string {
  return `${account.toHexString()}:${numberKey(number)}`;
}

/** The id under which one login's tries at a student's number are counted. */
export function loginTryId(account: Types.ObjectId, number: string, user: Types.ObjectId): string {
  return `login:${user.toHexString()}:${childTryId(account, number)}`;
}
