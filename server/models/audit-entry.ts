import mongoose, { Schema, type Types } from 'mongoose';

/** Who changed what, when. Append only. */
export interface AuditEntry {
  _id: Types.ObjectId;
  account: Types.ObjectId;
  event?: Types.ObjectId;
  at: Date;
  /** Absent: Slotbell itself (a job). */
  user?: Types.ObjectId;
  /** Verb and noun, like `hide class`. */
  action: string;
  targets: Types.ObjectId[];
  /** Counts and settings; never names. */
  detail: Record<string, unknown>;
}

const schema = new Schema<AuditEntry>(
  {
    account: { type: Schema.Types.ObjectId, required: true },
    event: Schema.Types.ObjectId,
    at: { type: Date, required: true },
    user: Schema.Types.ObjectId,
    action: { type: String, required: true },
    targets: [Schema.Types.ObjectId],
    detail: { type: Schema.Types.Mixed, default: {} },
  },
  { collection: 'auditEntry', strict: 'throw', versionKey: false, minimize: false },
);
schema.index({ account: 1, at: -1 });
schema.index({ event: 1, at: -1 });
// What was done to one person or thing.
schema.index({ account: 1, targets: 1, at: -1 });

export const AuditEntry = mongoose.model<AuditEntry>('auditEntry', schema);
