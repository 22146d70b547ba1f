import mongoose, { Schema, type Types } from 'mongoose';

/** A setting before and after. Without either, the entry only says that it changed: it is a secret or about a person. */
export interface AuditChange {
  field: string;
  before?: string | number | boolean;
  after?: string | number | boolean;
}

/** Who changed what, when, from where. Append only. */
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
  /** Absent: the entry does not say what was before and after. */
  changes?: AuditChange[];
  /** The address that the request came from. Absent if a job did it, or before addresses were kept. */
  from?: string;
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
    changes: {
      type: [
        new Schema<AuditChange>(
          { field: { type: String, required: true }, before: Schema.Types.Mixed, after: Schema.Types.Mixed },
          { _id: false },
        ),
      ],
      default: undefined,
    },
    from: String,
  },
  { collection: 'auditEntry', strict: 'throw', versionKey: false, minimize: false },
);
// The audit's pages, by time; entries of one moment in the order in which they were made.
schema.index({ account: 1, at: -1, _id: -1 });
schema.index({ event: 1, at: -1, _id: -1 });
schema.index({ account: 1, user: 1, at: -1, _id: -1 });
schema.index({ account: 1, action: 1, at: -1, _id: -1 });
// What was done to one person or thing.
schema.index({ account: 1, targets: 1, at: -1, _id: -1 });

export const AuditEntry = mongoose.model<AuditEntry>('auditEntry', schema);
