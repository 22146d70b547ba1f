import mongoose, { Schema, type Types } from 'mongoose';
import { fieldSchema, type AppointmentField } from './appointment-field.js';
import {
  messageText,
  messagesSchema,
  officeSchema,
  translationSchema,
  type MessageKind,
  type MessageText,
  type Office,
  type Translation,
} from './message.js';
import { scopedSchema, type Scoped } from './scoped.js';
import { SLOT_KINDS, SLOT_STATES, type SlotKind, type SlotState } from './slot.js';

/** The minutes to walk until the school says otherwise. */
export const USUAL_WALK = { walkRooms: 0, walkSchools: 15 } as const;

/** For how many minutes an offered time can be kept; 0 is no waitlist. */
export const WAITLIST_MINUTES = [0, 30, 60, 120, 240, 720, 1440] as const;

/** For how long in a new event. */
export const USUAL_WAITLIST = 120;

/** Booking opens for all families at once until the school says otherwise. */
export const USUAL_EARLY = { earlyMinutes: 0, earlyChildren: 2 } as const;

/** Where an event's classes come from, and whether they are kept fresh. */
export interface EventSync {
  on: boolean;
  /** When it was last turned on; nights before it are not caught up. */
  onSince?: Date;
  /** Hour of the night, 0 to 23, in the account's zone. */
  hour: number;
  schools: Types.ObjectId[];
  /** Chosen terms, with their names at that time, as term ids are not stable. */
  terms: { id: string; name: string; start: string; end: string }[];
  /** Whether sections without a term are included. */
  noTerm: boolean;
}

/** The last settings of the slot generator in an event, without the teachers. */
export interface LastSlots {
  days: string[];
  /** Local HH:mm. */
  blocks: { from: string; to: string }[];
  minutes: number;
  breakMinutes: number;
  capacity: number;
  kind: SlotKind;
  state: SlotState;
  message: string;
}

/** The most days that an event may have. */
export const MAX_DAYS = 30;

/** The most slots in a row that an event can allow for one appointment. */
export const MOST_IN_A_ROW = 4;

/** Steps towards opening that only a person can mark as done. */
export const HAND_TICKED = ['classes', 'link', 'settings', 'emails', 'letters'] as const;
export type HandTicked = (typeof HAND_TICKED)[number];

/** Siblings with the same teacher have one meeting together, one each, or as the family chooses. */
export const SIBLINGS_RULES = ['choose', 'together', 'apart'] as const;
export type SiblingsRule = (typeof SIBLINGS_RULES)[number];

/** A round of conferences that parents book for. */
export interface Event extends Scoped {
  name: string;
  description: string;
  place: string;
  timeZone: string;
  /** Local days, YYYY-MM-DD, ascending. */
  days: string[];
  /** Part of the parents’ link. Short, as it is typed from paper too. */
  link: string;
  /** `deleted`: nobody sees it any more, and a job deletes all that is in it, itself last. */
  status: 'active' | 'archived' | 'deleted';
  booking: {
    /** The booking window; open between the two. */
    opensAt?: Date;
    closesAt?: Date;
    /** Staff may book outside the window. */
    staffAnytime: boolean;
    /** Hours before a slot begins. */
    stopHoursBefore: number;
    cancelHoursBefore: number;
    /** Appointments one student may have with one resource; 1 is usual. */
    perStudentAndTeacher: number;
    /** Separated households may each have so many with one resource about one student. Absent: they share them. */
    eachHousehold?: boolean;
    /** Appointments one household may have in the event; 0 is no limit. */
    perHousehold: number;
    /** Appointments about one student in the event; 0 is no limit. */
    perStudent: number;
    /** Appointments that one resource has on one day; 0 is no limit. */
    perTeacherAndDay: number;
    /** Adults who act as one may be at two meetings at once, each at one. Absent: not. */
    twoAtOnce?: boolean;
    /** Least minutes between two appointments of one household; 0 allows back to back. */
    gapMinutes: number;
    /** Minutes to walk from room to room, and from school to school, which a family's plan leaves between two meetings. Absent: `USUAL_WALK`. */
    walkRooms?: number;
    walkSchools?: number;
    /** How many minutes a time is kept for a family on the waitlist. Absent, or 0: there is no waitlist. */
    waitlistMinutes?: number;
    /** How many minutes earlier booking opens for families with so many children in the event. Absent or 0: for all at once. */
    earlyMinutes?: number;
    earlyChildren?: number;
    /** Since when families can know that. A child added later counts only if the school ties it to them. Absent: all count. */
    earlySince?: Date;
    /** How many slots in a row one appointment may take. Absent: one. */
    inARow?: number;
    /** How siblings meet the same teacher. Absent: as the family chooses. */
    siblings?: SiblingsRule;
  };
  /** Questions asked at booking, in their order. Absent: there never were any. */
  fields?: AppointmentField[];
  /** Absent: nothing is said about the office. */
  office?: Office;
  /** Texts of emails in the school's own words; for a kind that is absent, Slotbell's are used. */
  messages?: Partial<Record<MessageKind, MessageText>>;
  /** The printed letter in the school's own words, its heading as the subject. Absent: Slotbell's. */
  letter?: MessageText;
  /** The same texts for families who read another language, by its code. */
  translations?: Record<string, Translation>;
  /** Families may ask for an interpreter of one of these languages, by their codes. `byHand`: the office assigns each. Absent: they may not. */
  interpreting?: { languages: string[]; byHand: boolean };
  /** When families may wish in its preference round; absent: it has none. */
  draw?: { from: Date; until: Date };
  /** How many hours before a meeting its family is reminded, the most first. Absent: never. */
  reminders?: number[];
  /** By the hours of a reminder (`h24`): the latest start of the meetings that were checked for it. */
  reminded?: Record<string, Date>;
  sync?: EventSync;
  /** The steps towards opening that somebody marked as done. */
  checked: HandTicked[];
  /** The event from which it copied its settings, texts and questions. */
  templateOf?: Types.ObjectId;
  lastSlots?: LastSlots;
  createdAt: Date;
  sortKey: string;
}

const schema = scopedSchema<Event>('event', {
  name: { type: String, required: true },
  description: { type: String, default: '' },
  place: { type: String, default: '' },
  timeZone: { type: String, required: true },
  days: { type: [String], required: true },
  link: { type: String, required: true },
  status: { type: String, enum: ['active', 'archived', 'deleted'], default: 'active' },
  booking: {
    opensAt: Date,
    closesAt: Date,
    staffAnytime: { type: Boolean, default: true },
    stopHoursBefore: { type: Number, default: 0 },
    cancelHoursBefore: { type: Number, default: 0 },
    perStudentAndTeacher: { type: Number, default: 1 },
    eachHousehold: Boolean,
    twoAtOnce: Boolean,
    perHousehold: { type: Number, default: 0 },
    perStudent: { type: Number, default: 0 },
    perTeacherAndDay: { type: Number, default: 0 },
    gapMinutes: { type: Number, default: 0 },
    walkRooms: Number,
    walkSchools: Number,
    waitlistMinutes: Number,
    earlyMinutes: Number,
    earlyChildren: Number,
    earlySince: Date,
    inARow: Number,
    siblings: { type: String, enum: SIBLINGS_RULES },
  },
  fields: { type: [fieldSchema], default: undefined },
  office: { type: officeSchema },
  messages: { type: messagesSchema },
  letter: messageText,
  translations: { type: Schema.Types.Map, of: translationSchema },
  interpreting: { type: new Schema({ languages: [String], byHand: Boolean }, { _id: false }) },
  draw: { type: new Schema({ from: Date, until: Date }, { _id: false }) },
  reminders: { type: [Number], default: undefined },
  reminded: Schema.Types.Mixed,
  sync: {
    type: new Schema<EventSync>(
      {
        on: { type: Boolean, required: true },
        onSince: Date,
        hour: { type: Number, default: 1, min: 0, max: 23 },
        schools: [Schema.Types.ObjectId],
        terms: [new Schema({ id: String, name: String, start: String, end: String }, { _id: false })],
        noTerm: { type: Boolean, default: false },
      },
      { _id: false },
    ),
  },
  checked: { type: [String], enum: HAND_TICKED, default: [] },
  templateOf: Schema.Types.ObjectId,
  lastSlots: {
    type: new Schema<LastSlots>(
      {
        days: [String],
        blocks: [new Schema({ from: String, to: String }, { _id: false })],
        minutes: Number,
        breakMinutes: Number,
        capacity: Number,
        kind: { type: String, enum: SLOT_KINDS },
        state: { type: String, enum: SLOT_STATES },
        message: { type: String, default: '' },
      },
      { _id: false },
    ),
  },
  createdAt: { type: Date, required: true },
  sortKey: { type: String, required: true },
});
schema.index({ account: 1, status: 1, sortKey: 1 });
schema.index({ link: 1 }, { unique: true });
schema.index({ status: 1 }, { partialFilterExpression: { status: 'deleted' } });
// Finds events that are over, across accounts.
schema.index({ days: 1 });
// Finds events whose meetings without an interpreter are tried again, across accounts.
schema.index({ 'interpreting.byHand': 1 }, { partialFilterExpression: { 'interpreting.byHand': false } });
schema.index({ 'sync.on': 1 }, { partialFilterExpression: { 'sync.on': true } });

export const Event = mongoose.model<Event>('event', schema);
