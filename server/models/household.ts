import mongoose, { Schema, type Types } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/** How it was shown that a child belongs to an adult. */
export type ChildProof = 'number and security value' | 'roster' | 'school';

export interface HouseholdChild {
  student: Types.ObjectId;
  /** The adult who brought the child in. */
  adult: Types.ObjectId;
  by: ChildProof;
  at: Date;
}

/** Adults who book as one. An adult alone is a household of one; sharing a child joins nothing and shows nothing. */
export interface Household extends Scoped {
  adults: Types.ObjectId[];
  children: HouseholdChild[];
  createdAt: Date;
}

const schema = scopedSchema<Household>('household', {
  adults: { type: [Schema.Types.ObjectId], required: true },
  children: [
    new Schema<HouseholdChild>(
      {
        student: { type: Schema.Types.ObjectId, required: true },
        adult: { type: Schema.Types.ObjectId, required: true },
        by: { type: String, required: true },
        at: { type: Date, required: true },
      },
      { _id: false },
    ),
  ],
  createdAt: { type: Date, required: true },
});
// Unique: two first requests of one adult at once make one household.
schema.index({ account: 1, adults: 1 }, { unique: true });
schema.index({ account: 1, 'children.student': 1 });

export const Household = mongoose.model<Household>('household', schema);
