import mongoose, { Schema, type Types } from 'mongoose';
import { runFields, type Run } from './run.js';
import { scopedSchema } from './scoped.js';
import { ACCESS_LEVELS, type AccessLevel } from './user.js';

/**
 * What became of one person: `invited` by mail; `given` the access, as they work here already; the others have no mail. `has account`:
 * they had one before. `bad email`: it isn't an address. `shared email`: others of the roster have it, too, and one login can't be them
 * all. `gone`: no longer on the roster, or no longer invited.
 */
export const OUTCOMES = [
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

/** Invitations of many at once: of teachers and staff of the roster, or once more of those who have not answered. */
export interface StaffInvitation extends Run {
  by: Types.ObjectId;
  kind: 'invite' | 'again';
  /** Of `invite`. */
  level?: AccessLevel;
  /** Contacts of the roster; of `again` logins. */
  people: Types.ObjectId[];
  /** Who is done, each once. */
  outcomes: { person: Types.ObjectId; what: Outcome }[];
  /** Made with the page that asked for it: the same button twice asks once. */
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
