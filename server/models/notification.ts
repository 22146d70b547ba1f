import mongoose, { Schema, type Types } from 'mongoose';

/** A mail in the outbox. `kept`: no mail server is set, so it waits here to be read by administrators. */
export interface Notification {
  _id: Types.ObjectId;
  /** Absent for mails about a login rather than an account. */
  account?: Types.ObjectId;
  event?: Types.ObjectId;
  kind: string;
  to: string;
  subject: string;
  text: string;
  /** A calendar file sent along. */
  ics?: string;
  state: 'queued' | 'sending' | 'sent' | 'kept' | 'failed';
  attempts: number;
  /** When it may next be tried. */
  nextAt: Date;
  /** Says what the mail is about, so that the same one is never queued twice. */
  key: string;
  /** Mails with a secret link are not shown on the outbox page once sent. */
  secret: boolean;
  createdAt: Date;
  sentAt?: Date;
  fault?: string;
}

const schema = new Schema<Notification>(
  {
    account: Schema.Types.ObjectId,
    event: Schema.Types.ObjectId,
    kind: { type: String, required: true },
    to: { type: String, required: true },
    subject: { type: String, required: true },
    text: { type: String, required: true },
    ics: String,
    state: { type: String, enum: ['queued', 'sending', 'sent', 'kept', 'failed'], required: true },
    attempts: { type: Number, default: 0 },
    nextAt: { type: Date, required: true },
    key: { type: String, required: true },
    secret: { type: Boolean, default: false },
    createdAt: { type: Date, required: true },
    sentAt: Date,
    fault: String,
  },
  { collection: 'notification', strict: 'throw', versionKey: false },
);
schema.index({ key: 1 }, { unique: true });
schema.index({ state: 1, nextAt: 1 });
schema.index({ account: 1, createdAt: -1 });
schema.index({ event: 1, createdAt: -1 });

export const Notification = mongoose.model<Notification>('notification', schema);
