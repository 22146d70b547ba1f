import mongoose, { Schema, type Types } from 'mongoose';
import type { HouseholdChild } from './household.js';
import { scopedSchema, type Scoped } from './scoped.js';

/**
 * `open`: an adult is invited. `accepted`: decided, and not all is moved yet; a job goes on where a process died. `done`, `withdrawn` (by the
 * household) and `declined` (by who was invited) are final.
 */
const CHANGE_STATES = ['open', 'accepted', 'done', 'withdrawn', 'declined'] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

/** An adult who joins a household, or leaves one. */
export interface HouseholdChange extends Scoped {
  kind: 'join' | 'leave';
  state: ChangeState;
  /** Where it was asked for; its link leads back there. */
  event?: Types.ObjectId;
  /** The household that is joined, or left. */
  household: Types.ObjectId;
  /** Who joins or leaves; of an invitation once it is accepted. */
  adult?: Types.ObjectId;
  /** Of an invitation: to which address, trimmed and lower-cased. */
  email?: string;
  /** Who invited or decided. */
  by: Types.ObjectId;
  /** The school decided it. */
  bySchool?: boolean;
  /** Of a join: the households that the adult had, whose meetings move along. */
  from?: Types.ObjectId[];
  /** Of a leave: the household that the adult gets, and the children who go there. */
  fresh?: Types.ObjectId;
  children?: HouseholdChild[];
  /** While it is `accepted`: all households that it changes. */
  touches?: Types.ObjectId[];
  createdAt: Date;
  /** An invitation ends then; any of them is deleted then. */
  expiresAt: Date;
}

const schema = scopedSchema<HouseholdChange>('householdChange', {
  kind: { type: String, enum: ['join', 'leave'], required: true },
  state: { type: String, enum: CHANGE_STATES, required: true },
  event: Schema.Types.ObjectId,
  household: { type: Schema.Types.ObjectId, required: true },
  adult: Schema.Types.ObjectId,
  email: String,
  by: { type: Schema.Types.ObjectId, required: true },
  bySchool: Boolean,
  from: { type: [Schema.Types.ObjectId], default: undefined },
  fresh: Schema.Types.ObjectId,
  children: { type: [Schema.Types.Mixed], default: undefined },
  touches: { type: [Schema.Types.ObjectId], default: undefined },
  createdAt: { type: Date, required: true },
  expiresAt: { type: Date, required: true },
});
// Of what was decided about one adult only one thing is under way.
schema.index({ adult: 1 }, { unique: true, partialFilterExpression: { state: 'accepted' } });
// And of what was decided about one household: else a third family would be carried along into a household that it did not agree to.
schema.index(
  { touches: 1 },
  { unique: true, partialFilterExpression: { state: 'accepted', touches: { $exists: true } } },
);
schema.index({ household: 1, state: 1 });
schema.index({ account: 1, email: 1, state: 1 });
schema.index({ state: 1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const HouseholdChange = mongoose.model<HouseholdChange>('householdChange', schema);
