import mongoose, { Schema, type Types } from 'mongoose';
import { messageText, type MessageText } from './message.js';
import { scopedSchema, type Scoped } from './scoped.js';

/**
 * Whom a mailing is for. `guardians`: of every student in a class that parents may book · `unbooked`: families without an appointment ·
 * `partly`: those with one for only some of their children · `class`, `teacher`: of the students · `day`: families with an appointment
 * then · `teachers`: of the event · `ticked`: guardians of chosen students.
 */
export const MAILING_GROUPS = [
  'guardians',
  'unbooked',
  'partly',
  'class',
  'teacher',
  'day',
  'teachers',
  'ticked',
] as const;
export type GroupKind = (typeof MAILING_GROUPS)[number];

export interface MailingGroup {
  kind: GroupKind;
  class?: Types.ObjectId;
  /** A resource of the event. */
  teacher?: Types.ObjectId;
  /** YYYY-MM-DD in the event's zone. */
  day?: string;
  students?: Types.ObjectId[];
}

/**
 * `scheduled`: until `sendAt`, and can be canceled · `collecting`: a worker looks who it is for · `sending`: that is decided, and the
 * mails go into the outbox · `done`: all are there · `canceled`.
 */
const MAILING_STATES = ['scheduled', 'collecting', 'sending', 'done', 'canceled'] as const;
export type MailingState = (typeof MAILING_STATES)[number];

/** How many people a mailing reaches, and how many it does not. */
export interface MailingNumbers {
  /** Each gets one mail, except that several who share an address get one together. */
  people: number;
  mails: number;
  students: number;
  /** Students, or teachers, for whom nobody gets a mail. */
  unreached: number;
  unsubscribed: number;
}

/** A mail to a group of people, with a text of its own: work that outlives its worker. */
export interface Mailing extends Scoped {
  event: Types.ObjectId;
  kind: 'announcement' | 'message';
  /** For an announcement: how many the event had before, so that two people at once send only one. */
  nth?: number;
  group: MailingGroup;
  subject: string;
  text: string;
  /** The same for those who read another language than the school's own, by its code. Who reads none of them gets the school's. */
  translations?: Record<string, MessageText>;
  state: MailingState;
  by: Types.ObjectId;
  sendAt: Date;
  createdAt: Date;
  /** The numbers that the page showed; once sending has begun, the actual ones. */
  numbers: MailingNumbers;
  /** Whose recipients count: the `fence` of the worker that found all of them. Absent until then. */
  round?: number;
  frozenAt?: Date;
  doneAt?: Date;
  /** Why it was canceled: by somebody, because the event was archived or deleted, or because nobody was in its group when it was to go. */
  why?: 'asked' | 'event' | 'nobody';
  /** How long a worker has it; after that any worker may take it over. */
  leaseUntil?: Date;
  fence: number;
}

const schema = scopedSchema<Mailing>('mailing', {
  event: { type: Schema.Types.ObjectId, required: true },
  kind: { type: String, enum: ['announcement', 'message'], required: true },
  nth: Number,
  group: {
    type: new Schema<MailingGroup>(
      {
        kind: { type: String, enum: MAILING_GROUPS, required: true },
        class: Schema.Types.ObjectId,
        teacher: Schema.Types.ObjectId,
        day: String,
        students: { type: [Schema.Types.ObjectId], default: undefined },
      },
      { _id: false },
    ),
    required: true,
  },
  subject: { type: String, required: true },
  text: { type: String, required: true },
  translations: { type: Schema.Types.Map, of: messageText.type },
  state: { type: String, enum: MAILING_STATES, required: true },
  by: { type: Schema.Types.ObjectId, required: true },
  sendAt: { type: Date, required: true },
  createdAt: { type: Date, required: true },
  numbers: {
    type: new Schema<MailingNumbers>(
      { people: Number, mails: Number, students: Number, unreached: Number, unsubscribed: Number },
      { _id: false },
    ),
    required: true,
  },
  round: Number,
  frozenAt: Date,
  doneAt: Date,
  why: { type: String, enum: ['asked', 'event', 'nobody'] },
  leaseUntil: Date,
  fence: { type: Number, default: 0 },
});
schema.index({ event: 1, createdAt: -1 });
schema.index({ event: 1, nth: 1 }, { unique: true, partialFilterExpression: { nth: { $exists: true } } });
schema.index({ state: 1, sendAt: 1 });

export const Mailing = mongoose.model<Mailing>('mailing', schema);

/** Somebody a mailing goes to, while it is on its way into the outbox. */
export interface MailingRecipient extends Scoped {
  event: Types.ObjectId;
  mailing: Types.ObjectId;
  round: number;
  email: string;
  /** The names of the people who read mail at the address. */
  names: string[];
  /** The children that the mail names. */
  students: Types.ObjectId[];
  /** For a day's families: the households whose meetings are told. */
  households?: Types.ObjectId[];
  /** As it was stored when there could be only one. */
  household?: Types.ObjectId;
  state: 'todo' | 'queued';
}

const recipientSchema = scopedSchema<MailingRecipient>('mailingRecipient', {
  event: { type: Schema.Types.ObjectId, required: true },
  mailing: { type: Schema.Types.ObjectId, required: true },
  round: { type: Number, required: true },
  email: { type: String, required: true },
  names: [String],
  students: [Schema.Types.ObjectId],
  households: { type: [Schema.Types.ObjectId], default: undefined },
  household: Schema.Types.ObjectId,
  state: { type: String, enum: ['todo', 'queued'], required: true },
});
recipientSchema.index({ mailing: 1, round: 1, email: 1 }, { unique: true });
recipientSchema.index({ mailing: 1, round: 1, state: 1 });
recipientSchema.index({ event: 1 });

export const MailingRecipient = mongoose.model<MailingRecipient>('mailingRecipient', recipientSchema);
