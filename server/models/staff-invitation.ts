import mongoose, { Schema, type Types } from 'mongoose';
import { runFields, type Run } from './run.js';
import { scopedSchema } from './scoped.js';
import { ACCESS_LEVELS, type AccessLevel } from './user.js';

/**
 * The result for one person: `invited` by mail; `given` the access, because they work here already; the others get no mail. `has account`:
 * they had one before. `bad email`: it is not an address. `shared email`: others of the roster have it too, and one login cannot be all of
 * them. `gone`: no longer on the roster, or no longer invited.
 */
const OUTCOMES = [
  'invited',
  'given',
  'has account',
  'no email',
  'bad email',
  'shared email',
  'blocked',
  'gone',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A bulk invitation: of teachers and staff of the roster, or again of those who have not answered. */
export interface StaffInvitation extends Run {
  by: Types.ObjectId;
  kind: 'invite' | 'again';
  /** For `invite`. */
  level?: AccessLevel;
  /** Contacts of the roster, or for `again` logins. */
  people: Types.ObjectId[];
  /** The people who are done, each once. */
  outcomes: { person: Types.ObjectId; what: Outcome }[];
  /** The key of the page: the same button twice starts one invitation. */
  once: string;
}

const schema = scopedSchema<StaffInvitation>('staffInvitation', {
  ...runFields,
  kind: { type: String, enum: ['invite', 'again'], required: true },
  level: { type: String, enum: ACCESS_LEVELS },
  people: [Schema.Types.ObjectId],
  outcomes: [
    new Schema<StaffInvitation['outcomes'][number]>(
      {
        person: { type: Schema.Types.ObjectId, required: true },
        what: { type: String, enum: OUTCOMES, required: true },
      },
      { _id: false },
    ),
  ],
  once: { type: String, required: true },
});
schema.index({ account: 1, once: 1 }, { unique: true });
schema.index({ state: 1, heartbeatAt: 1 });

export const StaffInvitation = mongoose.model<StaffInvitation>('staffInvitation', schema);
