import mongoose, { Schema, type Types } from 'mongoose';
import { CONTACT_TYPES, type ContactType } from './contact.js';
import { scopedSchema, type Scoped } from './scoped.js';

export const DUPLICATE_STATES = ['open', 'merged', 'separate'] as const;
export type DuplicateState = (typeof DUPLICATE_STATES)[number];

/** What a merge set out to do, so that one that was cut off can be finished in the same way. */
export interface Merge {
  keep: Types.ObjectId;
  drop: Types.ObjectId;
  /** The record that the staying contact has in the end; absent where neither has one. */
  record?: { id: string; hash: string; also?: string[] };
  /** When somebody last set about it. */
  at: Date;
}

/** Two contacts that may be one person, for a person to decide: the *to decide* list. A decision lasts. */
export interface Duplicate extends Scoped {
  /** The newer one: made by the record that could not be matched for sure. */
  contact: Types.ObjectId;
  candidate: Types.ObjectId;
  /** `<smaller id>:<larger id>`, so that a pair is listed once whichever came first. */
  pair: string;
  type: ContactType;
  /** In words: "same student number". */
  reason: string;
  state: DuplicateState;
  /** Record ids that stood for each when it was decided to keep both: these are never matched with the other. */
  records: { contact: Types.ObjectId; id: string }[];
  merge?: Merge;
  /** A merge has begun and is not done with. */
  unfinished?: boolean;
  createdAt: Date;
  decidedAt?: Date;
  decidedBy?: Types.ObjectId;
  note: string;
  /** Both names, for the search. */
  searchKey: string;
}

const objectId = { type: Schema.Types.ObjectId, required: true };

const schema = scopedSchema<Duplicate>('duplicate', {
  contact: objectId,
  candidate: objectId,
  pair: { type: String, required: true },
  type: { type: String, enum: CONTACT_TYPES, required: true },
  reason: { type: String, required: true },
  state: { type: String, enum: DUPLICATE_STATES, required: true },
  records: {
    type: [new Schema({ contact: Schema.Types.ObjectId, id: String }, { _id: false })],
    default: undefined,
  },
  merge: {
    type: new Schema(
      {
        keep: objectId,
        drop: objectId,
        record: {
          type: new Schema(
            { id: String, hash: String, also: { type: [String], default: undefined } },
            { _id: false },
          ),
        },
        at: { type: Date, required: true },
      },
      { _id: false },
    ),
  },
  unfinished: Boolean,
  createdAt: { type: Date, required: true },
  decidedAt: Date,
  decidedBy: Schema.Types.ObjectId,
  note: { type: String, default: '' },
  searchKey: { type: String, default: '' },
});
schema.index({ account: 1, pair: 1 }, { unique: true });
// With searchKey at the end: the list finds and counts in the index alone.
schema.index({ account: 1, state: 1, type: 1, createdAt: -1, _id: -1, searchKey: 1 });
schema.index({ account: 1, contact: 1 });
schema.index({ account: 1, candidate: 1 });
schema.index({ account: 1, unfinished: 1 }, { partialFilterExpression: { unfinished: true } });
schema.index(
  { account: 1, 'records.id': 1 },
  { partialFilterExpression: { 'records.id': { $exists: true } } },
);

export const Duplicate = mongoose.model<Duplicate>('duplicate', schema);

/** What a pair of contacts is kept under. */
export function pairKey(one: Types.ObjectId, other: Types.ObjectId): string {
  return [one.toHexString(), other.toHexString()].sort().join(':');
}
