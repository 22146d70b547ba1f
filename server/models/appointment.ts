import mongoose, { Schema, type Types } from 'mongoose';
import { answerSchema, type Answer } from './appointment-field.js';
import { scopedSchema, type Scoped } from './scoped.js';
import { OVERRIDABLE, REFUSALS, type Override, type Refusal } from './refusal.js';
import type { MeetingKind } from './slot.js';

/**
 * A booking of a slot, and the one document that decides whether there is one: claims and diary only keep others out.
 * `pending` is the hold a parent sees; `expired` was never booked; `problem` is booked but needs a person (kept, listed).
 */
export const APPOINTMENT_STATES = ['pending', 'booked', 'problem', 'cancelled', 'expired'] as const;
export type AppointmentState = (typeof APPOINTMENT_STATES)[number];

/** States in which the appointment takes place. */
export const LIVING_STATES: AppointmentState[] = ['booked', 'problem'];

/**
 * `not together`: the sync found the student in no class of the teacher. `class deleted`: a person deleted the class; whoever brings
 * it back books exactly these again. `two at once`: the family has another meeting then. `torn`: its slots no longer follow each other.
 * `text`: in the words of a version before 0.6.
 */
const PROBLEM_CODES = ['not together', 'class deleted', 'two at once', 'torn', 'text'] as const;

/** Why an appointment needs a person; said by `web/say-problem.ts`. */
export interface AppointmentProblem {
  code: (typeof PROBLEM_CODES)[number];
  text?: string;
}

/** Whether the family came, as the school marked it. */
export const ATTENDED = ['yes', 'no'] as const;
export type Attended = (typeof ATTENDED)[number];

export interface Moved {
  from: Date;
  to: Date;
  at: Date;
  /** Whose it was, where another teacher has it now. */
  resource?: Types.ObjectId;
  /** What it said before that move, for when the move is undone. */
  before?: Moved;
}

/** One entry in the family's calendar, however often the meeting is moved. */
export interface CalendarEntry {
  /** The first appointment of the chain of changes. */
  first: Types.ObjectId;
  /** How many changes led to this one. */
  changes: number;
}

export interface Appointment extends Scoped {
  event: Types.ObjectId;
  slot: Types.ObjectId;
  /** Of a longer meeting: further slots of the resource, each following the one before. They never change once it is booked. */
  more?: Types.ObjectId[];
  /** Its length was changed while it was on hold, so that it may have taken seats it has no use for. */
  resized?: boolean;
  resource: Types.ObjectId;
  /** Further holders of slots who sit in it, as its slot says. */
  with?: Types.ObjectId[];
  /** Who interprets; their diary has it. Absent: nobody. */
  interpreter?: Types.ObjectId;
  /**
   * Who interprets is to be gone through: whom somebody chose, if anybody, comes first. `mark`: new with every mark, so that none is lost to
   * whoever goes through it · `was`: whom the family was told, where that is not `interpreter`; null: nobody · `move`: the move of its slot whose
   * mail says who interprets.
   */
  interpreting?: {
    mark?: Types.ObjectId;
    to?: Types.ObjectId;
    was?: Types.ObjectId | null;
    move?: Types.ObjectId;
  };
  household: Types.ObjectId;
  bookedBy: Types.ObjectId;
  /** The adult of the household who goes, where the event lets several be at two meetings at once. Absent: all of them. */
  goer?: Types.ObjectId;
  /** One or more contacts, all of the household. */
  students: Types.ObjectId[];
  class?: Types.ObjectId;
  state: AppointmentState;
  /** When its first slot begins. */
  from: Date;
  /** When its last slot ends. */
  to: Date;
  /** Idempotency key of the request that made it. */
  byKey: string;
  /** While pending: when the hold ends. */
  expiresAt?: Date;
  /** The plan of a visit that it was put on hold in. */
  plan?: Types.ObjectId;
  /** The preference round that booked it: that may book before all others, and tells its family of all at once. */
  draw?: Types.ObjectId;
  /** The entry of a waitlist that it was put on hold for: a time that is offered. */
  offer?: Types.ObjectId;
  replaces?: Types.ObjectId;
  /** Its place in the family's calendar, if it replaces another. Absent: an entry of its own. */
  entry?: CalendarEntry;
  /** Why it was never booked: a repeated request with the same key gets the same answer. */
  refused?: Refusal;
  /** It was booked or has ended, and what follows (claims freed, the replaced one canceled, emails) is not all done yet. */
  unfinished?: boolean;
  problem?: AppointmentProblem;
  /** The problem despite which somebody decided to keep it; it is not listed for the same problem again. */
  kept?: AppointmentProblem;
  note: string;
  /** Absent: nobody has marked it. */
  attended?: Attended;
  /** How they meet: what was chosen where the slot leaves it open, else the slot's kind then. Absent: booked before version 0.7. */
  kind?: MeetingKind;
  /** What the family, or staff for it, answered to the event's questions. Absent: nothing. */
  answers?: Answer[];
  /** While it is on hold, and when it was not booked: what the family has typed and not sent, by the names of the fields. */
  typed?: Record<string, string>;
  /** The last reminder that went out for it, or for what it replaces: so many hours before, for which begin, and when. */
  reminded?: { hours: number; from: Date; at: Date };
  createdAt: Date;
  bookedAt?: Date;
  /**
   * Booked by one press: until then it can be undone whatever the event says of canceling, and the family is mailed of it only after. Absent:
   * it was gone through before.
   */
  undoUntil?: Date;
  cancelledAt?: Date;
  cancelledBy?: 'household' | 'school' | 'change';
  /** The school moved it: when it was before, and when it was moved. */
  moved?: Moved;
  /** Who of the family has seen what the school changed last, and when. */
  seen?: { by: Types.ObjectId; at: Date }[];
  /** The move of slots that canceled it, together with others: it tells the family of all of theirs. */
  canceledIn?: Types.ObjectId;
  /** What the school said to the family when it canceled. */
  notice?: string;
  /** Absent: booked within the rules. */
  override?: Override;
}

const problem = {
  type: new Schema<AppointmentProblem>(
    { code: { type: String, enum: PROBLEM_CODES, required: true }, text: String },
    { _id: false },
  ),
};

const schema = scopedSchema<Appointment>('appointment', {
  event: { type: Schema.Types.ObjectId, required: true },
  slot: { type: Schema.Types.ObjectId, required: true },
  more: { type: [Schema.Types.ObjectId], default: undefined },
  resized: Boolean,
  resource: { type: Schema.Types.ObjectId, required: true },
  with: { type: [Schema.Types.ObjectId], default: undefined },
  interpreter: Schema.Types.ObjectId,
  interpreting: {
    type: new Schema(
      {
        mark: Schema.Types.ObjectId,
        to: Schema.Types.ObjectId,
        was: Schema.Types.ObjectId,
        move: Schema.Types.ObjectId,
      },
      { _id: false },
    ),
  },
  household: { type: Schema.Types.ObjectId, required: true },
  bookedBy: { type: Schema.Types.ObjectId, required: true },
  goer: Schema.Types.ObjectId,
  students: { type: [Schema.Types.ObjectId], required: true },
  class: Schema.Types.ObjectId,
  state: { type: String, enum: APPOINTMENT_STATES, required: true },
  from: { type: Date, required: true },
  to: { type: Date, required: true },
  byKey: { type: String, required: true },
  expiresAt: Date,
  plan: Schema.Types.ObjectId,
  draw: Schema.Types.ObjectId,
  offer: Schema.Types.ObjectId,
  replaces: Schema.Types.ObjectId,
  entry: {
    type: new Schema<CalendarEntry>(
      {
        first: { type: Schema.Types.ObjectId, required: true },
        changes: { type: Number, required: true },
      },
      { _id: false },
    ),
  },
  refused: { type: String, enum: REFUSALS },
  unfinished: Boolean,
  problem,
  kept: problem,
  note: { type: String, default: '' },
  attended: { type: String, enum: ATTENDED },
  kind: { type: String, enum: ['in person', 'video'] },
  answers: { type: [answerSchema], default: undefined },
  typed: Schema.Types.Mixed,
  reminded: { type: new Schema({ hours: Number, from: Date, at: Date }, { _id: false }) },
  createdAt: { type: Date, required: true },
  bookedAt: Date,
  undoUntil: Date,
  cancelledAt: Date,
  cancelledBy: { type: String, enum: ['household', 'school', 'change'] },
  moved: {
    type: new Schema(
      { from: Date, to: Date, at: Date, resource: Schema.Types.ObjectId, before: Schema.Types.Mixed },
      { _id: false },
    ),
  },
  seen: {
    type: [new Schema({ by: Schema.Types.ObjectId, at: Date }, { _id: false })],
    default: undefined,
  },
  canceledIn: Schema.Types.ObjectId,
  notice: String,
  override: {
    type: new Schema<Override>(
      {
        rules: { type: [{ type: String, enum: OVERRIDABLE }], required: true },
        reason: { type: String, required: true },
        by: { type: Schema.Types.ObjectId, required: true },
        at: { type: Date, required: true },
      },
      { _id: false },
    ),
  },
});
schema.index({ byKey: 1 }, { unique: true });
schema.index({ event: 1, state: 1, from: 1 });
schema.index({ household: 1, state: 1, from: 1 });
schema.index({ slot: 1, state: 1 });
schema.index({ more: 1, state: 1 }, { partialFilterExpression: { more: { $exists: true } } });
schema.index({ resource: 1, state: 1, from: 1 });
schema.index({ with: 1, state: 1, from: 1 }, { partialFilterExpression: { with: { $exists: true } } });
schema.index({ event: 1, students: 1, state: 1 });
schema.index({ event: 1, class: 1, state: 1 });
schema.index({ state: 1, expiresAt: 1 });
schema.index({ offer: 1, state: 1 }, { partialFilterExpression: { offer: { $exists: true } } });
schema.index(
  { interpreter: 1, state: 1, from: 1 },
  { partialFilterExpression: { interpreter: { $exists: true } } },
);
schema.index({ interpreting: 1 }, { partialFilterExpression: { interpreting: { $exists: true } } });
schema.index({ unfinished: 1 }, { partialFilterExpression: { unfinished: true } });

export const Appointment = mongoose.model<Appointment>('appointment', schema);
