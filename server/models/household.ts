import mongoose, { Schema, type Types } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/** How it was proven that a child belongs to an adult. */
export type ChildProof = 'number and security value' | 'printed code' | 'roster' | 'school';

export interface HouseholdChild {
  student: Types.ObjectId;
  /** The adult who added the child. */
  adult: Types.ObjectId;
  by: ChildProof;
  at: Date;
}

/** A child whom the school removed from the household: none of its adults can add the child until the school gives it back. */
export interface RemovedChild {
  student: Types.ObjectId;
  /** Who added the child, how and when. */
  adult: Types.ObjectId;
  by: ChildProof;
  since: Date;
  /** Who at the school removed the child. */
  removedBy: Types.ObjectId;
  at: Date;
}

/** A child whom the household itself parted with. Its adults may add the child again; the school sees who had the child. */
export interface DroppedChild {
  student: Types.ObjectId;
  /** Who added the child, how and when. */
  adult: Types.ObjectId;
  by: ChildProof;
  since: Date;
  at: Date;
}

/** The most that are kept, the latest of them: adding and parting takes no more room than that. */
export const MOST_DROPPED = 50;

/** Adults who book as one. An adult alone is a household of one; sharing a child joins nothing and shows nothing. */
export interface Household extends Scoped {
  adults: Types.ObjectId[];
  children: HouseholdChild[];
  /**
   * Children whom another adult had added before, and whom this one has by a proof of their own too: when adults part, each keeps theirs.
   * Absent if there are none.
   */
  brought?: HouseholdChild[];
  removed?: RemovedChild[];
  /** Absent if there are none. */
  dropped?: DroppedChild[];
  /** It has no adults: it keeps the appointments of a family that lost the child, for the school. */
  ofSchool?: boolean;
  /**
   * The school made it for somebody of the roster without a login, whose contact is in `adults` instead: a guardian, or the child if no
   * adult is known.
   */
  keptFor?: Types.ObjectId;
  /** The code of the language in which they need an interpreter, at every event that offers it. Absent: they need none. */
  interpreter?: string;
  /** That was changed, and their meetings have not been gone through yet. */
  interpreting?: boolean;
  createdAt: Date;
}

const child = new Schema<HouseholdChild>(
  {
    student: { type: Schema.Types.ObjectId, required: true },
    adult: { type: Schema.Types.ObjectId, required: true },
    by: { type: String, required: true },
    at: { type: Date, required: true },
  },
  { _id: false },
);

const schema = scopedSchema<Household>('household', {
  adults: { type: [Schema.Types.ObjectId], required: true },
  children: [child],
  brought: { type: [child], default: undefined },
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
  dropped: {
    type: [
      new Schema<DroppedChild>(
        {
          student: { type: Schema.Types.ObjectId, required: true },
          adult: { type: Schema.Types.ObjectId, required: true },
          by: { type: String, required: true },
          since: { type: Date, required: true },
          at: { type: Date, required: true },
        },
        { _id: false },
      ),
    ],
    default: undefined,
  },
  ofSchool: Boolean,
  keptFor: Schema.Types.ObjectId,
  interpreter: String,
  interpreting: Boolean,
  createdAt: { type: Date, required: true },
});
// Unique: two first requests of one adult at the same time make one household.
schema.index({ account: 1, adults: 1 }, { unique: true });
schema.index({ account: 1, 'children.student': 1 });
schema.index(
  { account: 1, 'removed.student': 1 },
  { partialFilterExpression: { 'removed.student': { $exists: true } } },
);
schema.index(
  { account: 1, 'dropped.student': 1 },
  { partialFilterExpression: { 'dropped.student': { $exists: true } } },
);

schema.index({ account: 1, interpreter: 1 }, { partialFilterExpression: { interpreter: { $exists: true } } });
schema.index({ interpreting: 1 }, { partialFilterExpression: { interpreting: true } });

export const Household = mongoose.model<Household>('household', schema);
