import mongoose, { Schema, type Types } from 'mongoose';
import type { AlikeReason } from './duplicate.js';
import { scopedSchema, type Scoped } from './scoped.js';

/**
 * `planned`: a preview found it. `held`: the guard keeps a removal back until a person looks. `applied`: done, and kept for undo.
 * `undone`, `rejected`: what became of it. `stale`: could not be done as it stands, because somebody changed the record since.
 */
export const CHANGE_STATES = ['planned', 'held', 'applied', 'undone', 'rejected', 'stale'] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

export const CHANGE_ACTIONS = ['added', 'changed', 'restored', 'removed'] as const;
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/** One field of a stored document, by its path (`synced.students`); a value that is absent was or is not there. */
export interface FieldChange {
  path: string;
  before?: unknown;
  after?: unknown;
}

/** A remark on one change, as a code (`runs/log/say-note.ts`). */
export interface RunNote {
  code: string;
  /** Of a possible duplicate: what the two have in common. */
  reason?: AlikeReason;
}

/**
 * What a run does, or would do, to one document. Holds personal data, unlike the log: so it is kept only as long as it is of
 * use (`expiresAt`), and of an event or account only for the last run that changed something.
 */
export interface RosterChange extends Scoped {
  /** A roster run, or a sync run: then `event` is set. */
  run: Types.ObjectId;
  event?: Types.ObjectId;
  kind: string;
  action: ChangeAction;
  /** The document. */
  target: Types.ObjectId;
  /** The record's id at its source; our own for what only we have. */
  sourceId: string;
  /** A new one, whole: only while it is planned. */
  document?: Record<string, unknown>;
  fields: FieldChange[];
  state: ChangeState;
  /** As in the log. */
  note?: RunNote;
  /** The same as a sentence, of version 0.4.0. */
  text?: string;
  searchKey: string;
  /** Of what is held: when it was missed first. A later run that holds it anew keeps this. */
  since?: Date;
  /** Of what is held: the try at the run that found it so. */
  heldBy?: string;
  /** Of what is held: the run that does what somebody decided. A run that holds it anew hands this on. */
  decidedBy?: Types.ObjectId;
  /** Of what is held: the download may not have told all, so that a whole one answers it. */
  doubtful?: boolean;
  /** Of ties that end: how many. */
  size?: number;
  /** Of ties that are held: what the source says of the list (a hash); rejected, they stay as long as it says the same. */
  keptFor?: string;
  expiresAt: Date;
}

const schema = scopedSchema<RosterChange>('rosterChange', {
  run: { type: Schema.Types.ObjectId, required: true },
  event: Schema.Types.ObjectId,
  kind: { type: String, required: true },
  action: { type: String, enum: CHANGE_ACTIONS, required: true },
  target: { type: Schema.Types.ObjectId, required: true },
  sourceId: { type: String, default: '' },
  document: Schema.Types.Mixed,
  fields: [
    new Schema<FieldChange>(
      { path: String, before: Schema.Types.Mixed, after: Schema.Types.Mixed },
      { _id: false },
    ),
  ],
  state: { type: String, enum: CHANGE_STATES, required: true },
  note: Schema.Types.Mixed,
  text: String,
  searchKey: { type: String, default: '' },
  since: Date,
  heldBy: String,
  decidedBy: Schema.Types.ObjectId,
  doubtful: Boolean,
  size: Number,
  keptFor: String,
  expiresAt: { type: Date, required: true },
});
// A run that is done again finds what its first try noted of a document; of a section or class its ties may wait by themselves.
schema.index({ run: 1, target: 1, kind: 1 }, { unique: true });
schema.index({ run: 1, state: 1, kind: 1, action: 1, searchKey: 1 });
schema.index({ run: 1, kind: 1, sourceId: 1 });
schema.index(
  { decidedBy: 1, kind: 1, _id: 1 },
  { partialFilterExpression: { decidedBy: { $exists: true } } },
);
// Since when the first of what a run holds has been missed.
schema.index({ run: 1, since: 1 }, { partialFilterExpression: { state: 'held' } });
// What waits for somebody, of the account's roster or of an event, by kind and by the run that found it.
schema.index({ account: 1, event: 1, kind: 1, heldBy: 1 }, { partialFilterExpression: { state: 'held' } });
// Whose removal waits for somebody.
schema.index({ account: 1, state: 1, target: 1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const RosterChange = mongoose.model<RosterChange>('rosterChange', schema);

/** Removals that wait for somebody: of an event's runs, or, without an event, of the account's own. */
export function heldOf({ account, event }: { account: Types.ObjectId; event?: Types.ObjectId | undefined }) {
  return { account, event: event ?? { $exists: false }, state: 'held' as const };
}
