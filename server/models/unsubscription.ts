import mongoose from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/** An address that wants no reminders and no group emails of an account. What concerns its own appointments it gets all the same. */
export interface Unsubscription extends Scoped {
  /** Trimmed and lower-cased. */
  email: string;
  at: Date;
}

const schema = scopedSchema<Unsubscription>('unsubscription', {
  email: { type: String, required: true },
  at: { type: Date, required: true },
});
schema.index({ account: 1, email: 1 }, { unique: true });

export const Unsubscription = mongoose.model<Unsubscription>('unsubscription', schema);
