import mongoose, { Schema, type Types } from 'mongoose';
import type { RunNote } from './roster-change.js';

/** A line of a run's log about up to a batch of records: kind, ids and what happened. Names are looked up when shown. */
export interface SyncLog {
  _id: Types.ObjectId;
  account: Types.ObjectId;
  run: Types.ObjectId;
  at: Date;
  level: 'info' | 'warning';
  /** student, teacher, section, class, … or '' for the run itself. */
  kind: string;
  /** added, changed, removed, restored, refused, … */
  action: string;
  /** The records' ids at the source, one line each. */
  sourceIds: string[];
  /** The paths of the changed fields. */
  fields?: string[];
  note?: RunNote;
  /** From version 0.4.0: fields and note in words. */
  text?: string;
}

const schema = new Schema<SyncLog>(
  {
    account: { type: Schema.Types.ObjectId, required: true },
    run: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true },
    level: { type: String, enum: ['info', 'warning'], required: true },
    kind: { type: String, default: '' },
    action: { type: String, default: '' },
    sourceIds: { type: [String], required: true },
    fields: { type: [String], default: undefined },
    note: Schema.Types.Mixed,
    text: String,
  },
  { collection: 'syncLog', strict: 'throw', versionKey: false },
);
schema.index({ run: 1, _id: 1 });
schema.index({ run: 1, kind: 1, action: 1, _id: 1 });

export const SyncLog = mongoose.model<SyncLog>('syncLog', schema);
