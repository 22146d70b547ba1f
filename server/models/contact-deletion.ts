import mongoose, { Schema, type Types } from 'mongoose';
import type { ContactType } from './contact.js';
import { runFields, type Run } from './run.js';
import { scopedSchema } from './scoped.js';
import { ACCESS_LEVELS, type AccessLevel } from './user.js';

/** How many contacts are deleted, by type, and how many logins of parents and of staff. */
export type LevelNumbers = Record<ContactType | 'parentLogin' | 'staffLogin', number>;

const DELETION_REFUSALS = ['sync is running', 'merge is running', 'still booked'] as const;
/** Why a requested deletion did not begin. `still booked`: somebody booked at the last moment. */
export type DeletionRefusal = (typeof DELETION_REFUSALS)[number];

/**
 * *Delete All Contacts*, or the deletion of one person (`contact`). While it is queued or running no sync and no merge of the account
 * writes: it announces itself by being here, then looks for them, and they do the same.
 */
export interface ContactDeletion extends Run {
  by: Types.ObjectId;
  /** Contacts and logins below this level are deleted. Absent for one person. */
  level?: AccessLevel;
  contact?: Types.ObjectId;
  /** Somebody agreed that the events' appointments are deleted too. */
  appointments: boolean;
  /** The numbers that the page showed when it was requested. */
  planned: Record<string, number>;
  /** It has announced itself, looked again, and found nothing against it. */
  cleared?: boolean;
  refused?: DeletionRefusal;
}

const schema = scopedSchema<ContactDeletion>('contactDeletion', {
  ...runFields,
  level: { type: String, enum: ACCESS_LEVELS },
  contact: Schema.Types.ObjectId,
  appointments: { type: Boolean, default: false },
  planned: { type: Schema.Types.Mixed, default: {} },
  cleared: Boolean,
  refused: { type: String, enum: DELETION_REFUSALS },
});
schema.index({ account: 1, createdAt: -1 });
schema.index({ state: 1, heartbeatAt: 1 });
// One waits and one is at work at a time, so that two requests at once are one.
schema.index({ account: 1, state: 1 }, { unique: true, partialFilterExpression: { state: 'running' } });
schema.index({ account: 1 }, { unique: true, partialFilterExpression: { state: 'queued' } });

export const ContactDeletion = mongoose.model<ContactDeletion>('contactDeletion', schema);
