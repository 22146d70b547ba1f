import mongoose, { Schema, type Types } from 'mongoose';
import type { EventSync } from './event.js';
import { runFields, type Run } from './run.js';
import { scopedSchema } from './scoped.js';

const SYNC_TRIGGERS = [
  'first import',
  'nightly',
  'sync now',
  'preview',
  'apply',
  'accept',
  'reject',
  'undo',
] as const;
export type SyncTrigger = (typeof SYNC_TRIGGERS)[number];

/** One update of an event's classes and resources, and the refresh it used. */
export interface SyncRun extends Run {
  event: Types.ObjectId;
  trigger: SyncTrigger;
  /** The account's local date a nightly run is for, YYYY-MM-DD; there is one at most for each event and date. */
  night?: string;
  refresh?: Types.ObjectId;
  /** Whether the nightly sync is to be on once this import is done; absent: stays as it is. */
  keepSynced?: boolean;
  /** For a preview: what the event would take, if that is not what it takes now. */
  choice?: SyncChoice;
  /** The change of schools and terms made with it. Undoing the run restores the choice before, unless it was changed since. */
  chose?: { before: SyncChoice; after: SyncChoice };
  /** What the event's classes were made of (a mark and a hash): while both are the same, so are the classes. */
  madeFrom?: { mirror: Types.ObjectId; selection: string };
}

export type SyncChoice = Pick<EventSync, 'schools' | 'terms' | 'noTerm'>;

const schema = scopedSchema<SyncRun>('syncRun', {
  ...runFields,
  event: { type: Schema.Types.ObjectId, required: true },
  trigger: { type: String, enum: SYNC_TRIGGERS, required: true },
  night: String,
  refresh: Schema.Types.ObjectId,
  keepSynced: Boolean,
  choice: Schema.Types.Mixed,
  chose: Schema.Types.Mixed,
  madeFrom: new Schema({ mirror: Schema.Types.ObjectId, selection: String }, { _id: false }),
});
schema.index({ event: 1, night: 1 }, { unique: true, partialFilterExpression: { night: { $exists: true } } });
schema.index({ account: 1, createdAt: -1 });
schema.index({ event: 1, createdAt: -1 });
schema.index({ state: 1, heartbeatAt: 1 });
schema.index({ refresh: 1, state: 1 });
schema.index({ of: 1 }, { partialFilterExpression: { of: { $exists: true } } });
// An event has one run at work at a time, and one waiting for each trigger: two requests get the same run.
schema.index({ event: 1, state: 1 }, { unique: true, partialFilterExpression: { state: 'running' } });
schema.index({ event: 1, trigger: 1 }, { unique: true, partialFilterExpression: { state: 'queued' } });

export const SyncRun = mongoose.model<SyncRun>('syncRun', schema);
