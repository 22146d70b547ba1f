import { Schema, type SchemaDefinition, type Types } from 'mongoose';

/** What every document except `account` and `user` has: the tenant it belongs to. */
export interface Scoped {
  _id: Types.ObjectId;
  account: Types.ObjectId;
}

/** A schema with the account in it; unknown fields are refused rather than dropped, so that a typo shows in a test. */
export function scopedSchema<T extends Scoped>(collection: string, definition: SchemaDefinition): Schema<T> {
  return new Schema<T>(
    {
      account: { type: Schema.Types.ObjectId, ref: 'account', required: true },
      ...definition,
    } as SchemaDefinition,
    { collection, strict: 'throw', versionKey: false, minimize: false },
  );
}

/** The person for whom a further id of the source stood when it was last confirmed. */
export interface FurtherRecord {
  id: string;
  /** The hash of what the source said then. */
  hash: string;
  /** The facts that tell people apart (`identityOf`). */
  who: Record<string, string>;
}

/** The tie of a stored document to a record of the roster's source. */
export interface SourceRecord {
  /** The source's id. */
  id: string;
  /** Hash of the mapped record; an unchanged record is not written. */
  hash: string;
  /** Further ids of the source that stand for the same person or class, since somebody merged two. */
  also?: string[];
  /** The people for whom those ids stood; absent for older merges. */
  further?: FurtherRecord[];
  /** The run that made the document. */
  addedBy?: Types.ObjectId;
  /** When somebody decided that it stays although the source no longer has it; until the source has it again. */
  kept?: Date;
  /** For a section: the fingerprint (`markOf`) of the source's people when somebody refused to remove those whom the source lacks. */
  keptFor?: string;
  /** The fingerprint of the people of a section whose empty list somebody accepted. No event asks about it again. */
  acceptedFor?: string;
  /** The same, when all whom it lost were found in other sections. */
  movedFor?: string;
}

export const recordSchema = new Schema<SourceRecord>(
  {
    id: { type: String, required: true },
    hash: { type: String, default: '' },
    also: { type: [String], default: undefined },
    further: { type: [Schema.Types.Mixed], default: undefined } as unknown as FurtherRecord[],
    addedBy: Schema.Types.ObjectId,
    kept: Date,
    keptFor: String,
    acceptedFor: String,
    movedFor: String,
  },
  { _id: false },
);
