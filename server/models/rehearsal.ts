import mongoose, { Schema, type Types } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/** How the families of a rehearsal come, and what they want. */
export interface RehearsalPlan {
  families: number;
  /** So many of a hundred come within the first minutes, the others within the minutes after them. */
  firstPercent: number;
  firstMinutes: number;
  restMinutes: number;
  /** How many teachers a family wants to meet about each child; 0 is all of the child's. */
  perChild: number;
  /** So many of a hundred let a plan be made; the others choose time by time. */
  planPercent: number;
  /** How many times as fast as the day it is played. */
  pace: number;
}

/**
 * `waiting`: for a worker · `running` · `done`: all families came · `stopped`: before that, and what was measured by then counts ·
 * `broken off`: nothing can be said.
 */
const REHEARSAL_STATES = ['waiting', 'running', 'done', 'stopped', 'broken off'] as const;
export type RehearsalState = (typeof REHEARSAL_STATES)[number];

/**
 * Why it did not come to its end. `opened`, `opens soon` and `sync`: real work goes first. `memory`: at the limit of its own; `killed`: by
 * the system, most likely as memory ran out.
 */
const REHEARSAL_ENDS = [
  'asked',
  'opened',
  'opens soon',
  'sync',
  'event',
  'time',
  'worker',
  'process',
  'memory',
  'killed',
  'database',
  'no right',
  'fault',
] as const;
export type RehearsalEnd = (typeof REHEARSAL_ENDS)[number];

/** What families ask the app for. */
export const REHEARSED_PAGES = [
  'event',
  'times',
  'press',
  'confirm',
  'plan form',
  'make plan',
  'book plan',
] as const;
export type RehearsedPage = (typeof REHEARSED_PAGES)[number];

/** Waits for one kind of page, in milliseconds. */
export interface PageWaits {
  page: RehearsedPage;
  count: number;
  p50: number;
  p95: number;
  most: number;
}

export interface TeacherOutcome {
  resource: Types.ObjectId;
  /** Children whose families want to meet them. */
  wanted: number;
  booked: number;
  /** Children whose families found no time. */
  without: number;
  /** The minute of the opening in which the last free time went. Absent: some stayed free. */
  fullAt?: number;
  /** It has no times that families can book. */
  noTimes?: true;
}

/** What came of a rehearsal. Minutes are those of the opening as it was asked for, whatever the pace. */
export interface RehearsalOutcome {
  /** How many families came to their end. */
  families: number;
  /** Families that got all that they wanted, and wanted something. */
  contented: number;
  /** Families that got nothing of it. */
  empty: number;
  /** Families that had nothing to book: no teacher in the event, or a meeting with each already. Absent: none, or not counted. */
  idle?: number;
  /** Families that came to no end, as a page failed. Absent: none, or not counted. */
  failed?: number;
  wanted: number;
  booked: number;
  /** How long it took, in milliseconds of the real clock. */
  tookMs: number;
  /** Bookings in each minute of the opening. */
  minutes: number[];
  pages: PageWaits[];
  /** Times that a press was refused as somebody else was quicker. */
  quicker: number;
  /** Answers that were no page. */
  faults: number;
  /** How many meetings could not be had, by the reason that the family read last. */
  unmet: { reason: string; count: number }[];
  /** Those that fill up or leave somebody without, the worst first. */
  teachers: TeacherOutcome[];
  /** How many more there are. */
  moreTeachers: number;
  /** The most families that waited at once to be let in, as only so many are served side by side. */
  queued: number;
}

/** A rehearsal of an event's opening: made-up families who book in a copy of the event, in a database of its own. */
export interface Rehearsal extends Scoped {
  event: Types.ObjectId;
  by: Types.ObjectId;
  createdAt: Date;
  plan: RehearsalPlan;
  state: RehearsalState;
  why?: RehearsalEnd;
  /** Present until it is over: the installation has one at a time. */
  open?: true;
  /** Somebody asked for its end. */
  stopping?: true;
  startedAt?: Date;
  endedAt?: Date;
  /** When its worker last said that it lives. */
  beatAt?: Date;
  progress: { copied: number; arrived: number; finished: number; booked: number };
  outcome?: RehearsalOutcome;
}

const number = { type: Number, required: true };
const plain = { _id: false };

const schema = scopedSchema<Rehearsal>('rehearsal', {
  event: { type: Schema.Types.ObjectId, required: true },
  by: { type: Schema.Types.ObjectId, required: true },
  createdAt: { type: Date, required: true },
  plan: {
    type: new Schema<RehearsalPlan>(
      {
        ...{ families: number, firstPercent: number, firstMinutes: number, restMinutes: number },
        ...{ perChild: number, planPercent: number, pace: number },
      },
      plain,
    ),
    required: true,
  },
  state: { type: String, enum: REHEARSAL_STATES, required: true },
  why: { type: String, enum: REHEARSAL_ENDS },
  open: Boolean,
  stopping: Boolean,
  startedAt: Date,
  endedAt: Date,
  beatAt: Date,
  progress: {
    type: new Schema<Rehearsal['progress']>(
      { copied: number, arrived: number, finished: number, booked: number },
      plain,
    ),
    default: { copied: 0, arrived: 0, finished: 0, booked: 0 },
  },
  outcome: Schema.Types.Mixed,
});
schema.index({ event: 1, createdAt: -1 });
schema.index({ open: 1 }, { unique: true, partialFilterExpression: { open: true } });

export const Rehearsal = mongoose.model<Rehearsal>('rehearsal', schema);
