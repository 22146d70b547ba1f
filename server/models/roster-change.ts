import mongoose, { Schema, type Types } from 'mongoose';
import type { AlikeReason } from './duplicate.js';
import { scopedSchema, type Scoped } from './scoped.js';

/**
 * `planned`: a preview found it. `withheld`: the guard withholds a removal until a person decides. `applied`: done, and kept for undo. `undone`,
 * `rejected`: what became of it. `stale`: could not be done, because somebody has changed the record since.
 */
export const CHANGE_STATES = ['planned', 'withheld', 'applied', 'undone', 'rejected', 'stale'] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

export const CHANGE_ACTIONS = ['added', 'changed', 'restored', 'removed'] as const;
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/** One field of a stored document, by its path (`synced.students`). An absent value means that the field was or is absent. */
export interface FieldChange {
  path: string;
  before?: unknown;
  after?: unknown;
}

/** A remark on one change, as a code (`runs/log/say-note.ts`). */
export interface RunNote {
  code: string;
  /** For a possible duplicate: what the two have in common. */
  reason?: AlikeReason;
}

/**
 * What a run does, or would do, to one document. Holds personal data, unlike the log, so it expires (`expiresAt`), and only those of the
 * last run of an event or account that changed something are kept.
 */
export interface RosterChange extends Scoped {
  /** A roster run, or a sync run; then `event` is set. */
  run: Types.ObjectId;
  event?: Types.ObjectId;
  kind: string;
  action: ChangeAction;
  /** The document. */
  target: Types.ObjectId;
  /** The record's id at its source; our own id for what only we have. */
  sourceId: string;
  /** A new document, whole; only while it is planned. */
  document?: Record<string, unknown>;
  fields: FieldChange[];
  state: ChangeState;
  /** As in the log. */
  note?: RunNote;
  /** The remark as a sentence, from version 0.4.0. */
  text?: string;
  searchKey: string;
  /** If withheld: when it was first missed. A later run that withholds it again keeps this. */
  since?: Date;
  /** If withheld: the try at the run that withheld it. */
  withheldBy?: string;
  /** If withheld: the run that carries out what somebody decided. A later run that withholds it again passes this on. */
  decidedBy?: Types.ObjectId;
  /** If withheld: the download may have been incomplete, so a complete one settles it. */
  doubtful?: boolean;
  /** For ties that end: how many. */
  size?: number;
  /** For withheld ties: the fingerprint of what the source says of the list. A rejected removal stays rejected while it is the same. */
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
  withheldBy: String,
  decidedBy: Schema.Types.ObjectId,
  doubtful: Boolean,
  size: Number,
  keptFor: String,
  expiresAt: { type: Date, required: true },
});
// A repeated run finds what its first try noted of a document. The ties of a section or class have rows of their own, as they may wait by
// themselves.
schema.index({ run: 1, target: 1, kind: 1 }, { unique: true });
schema.index({ run: 1, state: 1, kind: 1, action: 1, searchKey: 1 });
schema.index({ run: 1, kind: 1, sourceId: 1 });
schema.index(
  { decidedBy: 1, kind: 1, _id: 1 },
  { partialFilterExpression: { decidedBy: { $exists: true } } },
);
// Finds since when the first of a run's withheld removals has been missed.
schema.index({ run: 1, since: 1 }, { partialFilterExpression: { state: 'withheld' } });
// Finds what waits for a decision, of the account's roster or of an event, by kind and by the run that withheld it.
schema.index(
  { account: 1, event: 1, kind: 1, withheldBy: 1 },
  { partialFilterExpression: { state: 'withheld' } },
);
// Finds documents whose removal waits for a decision.
schema.index({ account: 1, state: 1, target: 1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const RosterChange = mongoose.model<RosterChange>('rosterChange', schema);

/** Removals that wait for a decision: of an event's runs, or, without an event, of the account's. */
export function withheldOf({
  account,
  event,
}: {
  account: Types.ObjectId;
  event?: Types.ObjectId | undefined;
}) {
  return { account, event: event ?? { $exists: false }, state: 'withheld' as const };
}
