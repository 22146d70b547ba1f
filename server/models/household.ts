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

/** A child that the school took away from the household: no adult of it can add the child again, until the school gives it back. */
export interface RemovedChild {
  student: Types.ObjectId;
  /** Who had brought the child in, how and when. */
  adult: Types.ObjectId;
  by: ChildProof;
  since: Date;
  /** Who of the school took it away. */
  removedBy: Types.ObjectId;
  at: Date;
}

/** Adults who book as one. An adult alone is a household of one; sharing a child joins nothing and shows nothing. */
export interface Household extends Scoped {
  adults: Types.ObjectId[];
  children: HouseholdChild[];
  /** Absent where there are none. */
  removed?: RemovedChild[];
  /** It has no adults: it keeps appointments for the school, whose family lost the child. */
  ofSchool?: boolean;
  /**
   * The school made it for somebody of the roster without a login, who stands in `adults` instead of one: a guardian, or the child itself
   * where no adult is known.
   */
  keptFor?: Types.ObjectId;
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
  removed: {
    type: [
      new Schema<RemovedChild>(
        {
          student: { type: Schema.Types.ObjectId, required: true },
          adult: { type: Schema.Types.ObjectId, required: true },
          by: { type: String, required: true },
          since: { type: Date, required: true },
          removedBy: { type: Schema.Types.ObjectId, required: true },
          at: { type: Date, required: true },
        },
        { _id: false },
      ),
    ],
    default: undefined,
  },
  ofSchool: Boolean,
  keptFor: Schema.Types.ObjectId,
  createdAt: { type: Date, required: true },
});
// Unique: two first requests of one adult at once make one household.
schema.index({ account: 1, adults: 1 }, { unique: true });
schema.index({ account: 1, 'children.student': 1 });
schema.index(
  { account: 1, 'removed.student': 1 },
  { partialFilterExpression: { 'removed.student': { $exists: true } } },
);

export const Household = mongoose.model<Household>('household', schema);
