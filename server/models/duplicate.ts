import mongoose, { Schema, type Types } from 'mongoose';
import type { MappableField } from './field-mapping.js';
import { CONTACT_TYPES, type Contact, type ContactType, type RosterPerson } from './contact.js';
import { scopedSchema, type Scoped, type SourceRecord } from './scoped.js';

export const DUPLICATE_STATES = ['open', 'merged', 'separate'] as const;
export type DuplicateState = (typeof DUPLICATE_STATES)[number];

/** What a merge is about to do, so that one that was cut off can be finished in the same way. */
export interface Merge {
  keep: Types.ObjectId;
  drop: Types.ObjectId;
  /** The record that the remaining contact has in the end; absent if neither has one. */
  record?: Pick<SourceRecord, 'id' | 'hash' | 'also' | 'further'>;
  /** When somebody last worked on it. */
  at: Date;
}

/**
 * Somebody whom the source now lists under the id of a contact with another name and another second fact. They are not a contact until that
 * is decided.
 */
export interface Newcomer {
  id: string;
  /** As the source had them last, and the hash of that. */
  fields: RosterPerson;
  hash: string;
  source: Contact['source'];
  /** Whether the contact has the id as a further one since a merge, and is also listed under their own. */
  isFurther?: true;
}

export const IDENTITIES = ['same', 'different'] as const;
export type Identity = (typeof IDENTITIES)[number];

/** A decision about a newcomer that is being carried out, so that one that was cut off can be finished in the same way. */
export interface IdentityDecision {
  as: Identity;
  by: Types.ObjectId;
  at: Date;
  /** Contacts who were tied to the id as the family of its former holder. */
  family: Types.ObjectId[];
}

/** What speaks for two contacts being one person (`web/say-alike.ts`). */
export type AlikeReason =
  /** The same number, by the source's field that it is taken from. */
  | { code: 'number'; field: MappableField | '' }
  /** `email`: with the last name. `family`: a student in common, with the name, email or phone. `birth`: name and birth date. */
  | { code: 'email' | 'family' | 'name' | 'birth' | 'id' }
  /** As a version before 0.6 stored it. */
  | { code: 'text'; text: string };

/** Two contacts that may be one person, for a person to decide: the *to decide* list. A decision lasts. */
export interface Duplicate extends Scoped {
  /** The newer contact, made by a record that could not be matched with certainty. For a newcomer: the contact whose id they have. */
  contact: Types.ObjectId;
  candidate: Types.ObjectId;
  /** `<smaller id>:<larger id>`, so that a pair is listed once whichever came first. */
  pair: string;
  type: ContactType;
  reason: AlikeReason;
  /** One id, or one mapped number, seems to have been given to two people: the older contact stays as it is until somebody decides. */
  recycled?: 'id' | 'number';
  newcomer?: Newcomer;
  deciding?: IdentityDecision;
  /** The refresh that found the newcomer. */
  run?: Types.ObjectId;
  state: DuplicateState;
  /** The record ids of each when it was decided to keep both: these are never matched with the other. */
  records: { contact: Types.ObjectId; id: string }[];
  merge?: Merge;
  /** Whether a merge has begun and is not finished. */
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
  reason: { type: Schema.Types.Mixed, required: true },
  recycled: { type: String, enum: ['id', 'number'] },
  newcomer: {
    type: new Schema<Newcomer>(
      { id: String, fields: Schema.Types.Mixed, hash: String, source: String, isFurther: Boolean },
      { _id: false },
    ),
  },
  deciding: {
    type: new Schema<IdentityDecision>(
      {
        as: { type: String, enum: IDENTITIES, required: true },
        by: objectId,
        at: { type: Date, required: true },
        family: [Schema.Types.ObjectId],
      },
      { _id: false },
    ),
  },
  run: Schema.Types.ObjectId,
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
            {
              id: String,
              hash: String,
              also: { type: [String], default: undefined },
              further: { type: [Schema.Types.Mixed], default: undefined },
            },
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
// Ends with searchKey, so that the list finds and counts by the index alone.
schema.index({ account: 1, state: 1, type: 1, createdAt: -1, _id: -1, searchKey: 1 });
schema.index({ account: 1, contact: 1 });
schema.index({ account: 1, candidate: 1 });
schema.index({ account: 1, unfinished: 1 }, { partialFilterExpression: { unfinished: true } });
schema.index(
  { account: 1, 'records.id': 1 },
  { partialFilterExpression: { 'records.id': { $exists: true } } },
);
// One open question for each id.
schema.index(
  { account: 1, 'newcomer.id': 1 },
  { unique: true, partialFilterExpression: { 'newcomer.id': { $exists: true } } },
);
schema.index(
  { account: 1, recycled: 1, state: 1 },
  { partialFilterExpression: { recycled: { $exists: true } } },
);

export const Duplicate = mongoose.model<Duplicate>('duplicate', schema);

/** The key of a pair of contacts. */
export function pairKey(one: Types.ObjectId, other: Types.ObjectId): string {
  return [one.toHexString(), other.toHexString()].sort().join(':');
}
