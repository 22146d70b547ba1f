import { Schema, type SchemaDefinition, type Types } from 'mongoose';
import { cleverFaultSchema, type CleverFault } from './clever-fault.js';
import type { Scoped } from './scoped.js';

const RUN_STATES = ['queued', 'running', 'done', 'stopped', 'failed'] as const;
export type RunState = (typeof RUN_STATES)[number];

/**
 * The purpose of a run. `preview` notes what a `sync` would change and changes nothing; `apply` does exactly what a preview noted; `accept`
 * and `reject` answer withheld removals; `undo` takes back a run. The last four are `of` another run.
 */
const RUN_PURPOSES = ['sync', 'preview', 'apply', 'accept', 'reject', 'undo'] as const;
export type RunPurpose = (typeof RUN_PURPOSES)[number];

/** Whether a run is about what its source says now, not about another run. */
export function readsSource({ purpose }: { purpose: RunPurpose }): boolean {
  return purpose === 'sync' || purpose === 'preview';
}

/** The progress of one stage of a run; `total` is 0 until it is known. */
export interface Stage {
  name: string;
  done: number;
  total: number;
  startedAt?: Date;
  finishedAt?: Date;
}

/**
 * A remark on a run's page, as a code with its numbers (`runs/log/say-remark.ts`). Version 0.4.0 stored sentences: `text`, and whether it
 * says why removals wait.
 */
export interface RunRemark extends Record<string, unknown> {
  code: string;
  text?: string;
  ofWithheld?: boolean;
}

/** Results that need no number. */
export const PLAIN_RESULTS = [
  'shares nothing',
  'stopped',
  'stopped with its run',
  'stopped before its start',
  'discarded',
  'source changed',
  'fault',
  'account gone',
  'event gone',
  'nothing to sync',
  'about nothing',
  'download missing',
  'changed since',
  'preview discarded',
  'not enabled',
  'no school matched',
  'other source',
  'files gone',
  'no district',
  'no credentials',
  'unreadable credentials',
] as const;
const RESULT_CODES = [
  ...PLAIN_RESULTS,
  'did',
  'clever',
  'forbidden',
  'stale',
  'gave up',
  'disk',
  'text',
] as const;

/**
 * How a run ended, as a code with its numbers (`runs/log/say-result.ts`). `did`: what it did, by kind, with its download. `text`: in
 * the words of a version before 0.6.
 */
export type RunResult =
  | { code: (typeof PLAIN_RESULTS)[number] }
  | { code: 'did'; counts: Record<string, Partial<KindCounts>> }
  | { code: 'clever'; fault: CleverFault }
  /** The kinds whose lists the access may not read. */
  | { code: 'forbidden'; kinds: string[] }
  | { code: 'stale'; count: number }
  | { code: 'gave up'; tries: number }
  /** The system's error code for the data folder. */
  | { code: 'disk'; errno: string }
  | { code: 'text'; text: string };

const resultSchema = new Schema(
  {
    code: { type: String, enum: RESULT_CODES, required: true },
    counts: Schema.Types.Mixed,
    fault: { type: cleverFaultSchema },
    kinds: { type: [String], default: undefined },
    count: Number,
    tries: Number,
    errno: String,
    text: String,
  },
  { _id: false, strict: 'throw', minimize: false },
);

/** What a run did to one kind of record. */
export interface KindCounts {
  read: number;
  added: number;
  changed: number;
  unchanged: number;
  removed: number;
  restored: number;
  refused: number;
  /** Removals that wait for a person. */
  withheld: number;
  /** Read and not taken: of a school that is not matched, or already taken from another list. */
  leftOut: number;
}

/** What a roster run and a sync run have in common: the record of work that may outlive its worker. */
export interface Run extends Scoped {
  state: RunState;
  purpose: RunPurpose;
  /** The run, of the same kind, whose changes are applied, accepted, rejected or undone. */
  of?: Types.ObjectId;
  /** Why somebody accepted, rejected or undid, in their own words. */
  reason?: string;
  /** Whether something was written to the roster, so that there is something to undo. */
  changed?: boolean;
  /** For a sync: the fingerprint of what it withholds; '' for nothing. It shows the next one whether it withholds anything else. */
  withholds?: string;
  undoneBy?: Types.ObjectId;
  /** The run that applies this preview, or carries out the decision about what this run withheld; it may not have begun. */
  claimedBy?: Types.ObjectId;
  stages: Stage[];
  counts: Record<string, KindCounts>;
  remarks: RunRemark[];
  /** Absent until it is over. */
  result?: RunResult;
  /** Who requested it; absent for a nightly run. */
  by?: Types.ObjectId;
  createdAt: Date;
  startedAt?: Date;
  finishedAt?: Date;
  /** A running run whose heartbeat is old has lost its worker; any other may take it over. */
  heartbeatAt?: Date;
  /** Raised at each take-over: a worker that was given up on finds its number outdated and stops. */
  fence: number;
  stopRequested: boolean;
  /**
   * The run of the account's roster that it waits for. Meanwhile it is `running` without a worker or a heartbeat: it keeps its place, so
   * that no other run of the event comes between its parts.
   */
  waitsFor?: Types.ObjectId;
  /** Until when a night waits that found its source away. */
  retryAt?: Date;
  /** How often it was put off that way. */
  retries?: number;
  /** How often its worker was told to end during it, which does not count against the run. */
  spared?: number;
}

export const NO_COUNTS: KindCounts = {
  read: 0,
  added: 0,
  changed: 0,
  unchanged: 0,
  removed: 0,
  restored: 0,
  refused: 0,
  withheld: 0,
  leftOut: 0,
};

export const runFields: SchemaDefinition = {
  state: { type: String, enum: RUN_STATES, required: true },
  purpose: { type: String, enum: RUN_PURPOSES, default: 'sync' },
  of: Schema.Types.ObjectId,
  reason: String,
  changed: Boolean,
  withholds: String,
  undoneBy: Schema.Types.ObjectId,
  claimedBy: Schema.Types.ObjectId,
  stages: [
    new Schema<Stage>(
      { name: String, done: Number, total: Number, startedAt: Date, finishedAt: Date },
      { _id: false },
    ),
  ],
  counts: { type: Schema.Types.Mixed, default: {} },
  remarks: [Schema.Types.Mixed],
  result: { type: resultSchema },
  by: Schema.Types.ObjectId,
  createdAt: { type: Date, required: true },
  startedAt: Date,
  finishedAt: Date,
  heartbeatAt: Date,
  fence: { type: Number, default: 0 },
  stopRequested: { type: Boolean, default: false },
  waitsFor: Schema.Types.ObjectId,
  retryAt: Date,
  retries: Number,
  spared: Number,
};
