import mongoose, { Schema, type Types } from 'mongoose';

export const MAIL_STATES = ['queued', 'sending', 'sent', 'kept', 'failed'] as const;
export type MailState = (typeof MAIL_STATES)[number];

/**
 * `cut off`: its worker died at every attempt. `no address`: no mail can go there. `refused` and `later`: the mail server said so, about
 * which part (`what`) and with which status. `unsubscribed`: the recipient has unsubscribed. `too late`: what it said no longer held. `unsent`: anything else. `text`: in the words
 * of a version before 0.6.
 */
const MAIL_FAULTS = [
  'cut off',
  'no address',
  'refused',
  'later',
  'unreachable',
  'ended',
  'silent',
  'unknown name',
  'not secure',
  'not a mail server',
  'login refused',
  'login wanted',
  'unsubscribed',
  'too late',
  'unsent',
  'text',
] as const;

/** Why a mail did not go out; said by `notifications/show-fault.ts`. Never holds an address. */
export interface MailFault {
  code: (typeof MAIL_FAULTS)[number];
  what?: 'address' | 'sender' | 'mail';
  status?: number;
  text?: string;
}

/** A mail in the outbox. `kept`: no mail server is set, so it waits here to be read by administrators. */
export interface Notification {
  _id: Types.ObjectId;
  /** Absent for emails about a login rather than an account. */
  account?: Types.ObjectId;
  event?: Types.ObjectId;
  kind: string;
  to: string;
  /** Where replies go; absent: to the sender. */
  replyTo?: string;
  subject: string;
  text: string;
  /** The code of its language; absent: English. */
  language?: string;
  /** A calendar file that is attached. */
  ics?: string;
  state: MailState;
  /** How often it was claimed for sending. */
  attempts: number;
  /** When it may next be tried; while it is being sent, when its worker is taken for dead. */
  nextAt: Date;
  /** Names the occasion of the email, so that the same one is never queued twice. */
  key: string;
  /** The mailing it belongs to: it waits while other emails go out. */
  mailing?: Types.ObjectId;
  /** It has a link to unsubscribe, and is not sent to people who have. */
  mayUnsubscribe?: boolean;
  /** It contains a link that logs in or sets a password: the text is emptied once sent. */
  secret: boolean;
  /** What it says holds until then: it is not sent later. */
  notAfter?: Date;
  createdAt: Date;
  sentAt?: Date;
  /** Why the last try failed. */
  fault?: MailFault;
}

const schema = new Schema<Notification>(
  {
    account: Schema.Types.ObjectId,
    event: Schema.Types.ObjectId,
    kind: { type: String, required: true },
    to: { type: String, required: true },
    replyTo: String,
    subject: { type: String, required: true },
    text: { type: String, required: true },
    language: String,
    ics: String,
    state: { type: String, enum: MAIL_STATES, required: true },
    attempts: { type: Number, default: 0 },
    nextAt: { type: Date, required: true },
    key: { type: String, required: true },
    mailing: Schema.Types.ObjectId,
    mayUnsubscribe: Boolean,
    secret: { type: Boolean, default: false },
    notAfter: Date,
    createdAt: { type: Date, required: true },
    sentAt: Date,
    fault: {
      type: new Schema<MailFault>(
        {
          code: { type: String, enum: MAIL_FAULTS, required: true },
          what: { type: String, enum: ['address', 'sender', 'mail'] },
          status: Number,
          text: String,
        },
        { _id: false },
      ),
    },
  },
  { collection: 'notification', strict: 'throw', versionKey: false },
);
schema.index({ key: 1 }, { unique: true });
schema.index({ state: 1, nextAt: 1 });
// Finds emails of no mailing, which go first.
schema.index({ state: 1, mailing: 1, nextAt: 1 });
schema.index({ mailing: 1, state: 1 }, { partialFilterExpression: { mailing: { $exists: true } } });
// The outbox pages count by state and search addresses by the index alone.
schema.index({ account: 1, state: 1, createdAt: -1, _id: -1, to: 1 });
schema.index({ account: 1, event: 1, state: 1, createdAt: -1, _id: -1, to: 1 });
// Finds the emails to one person.
schema.index({ account: 1, to: 1, createdAt: -1 });

export const Notification = mongoose.model<Notification>('notification', schema);
