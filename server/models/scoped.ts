import { Schema, type SchemaDefinition, type Types } from 'mongoose';

/** What every document but `account` and `user` carries: the tenant it belongs to. */
export interface Scoped {
  _id: Types.ObjectId;
  account: Types.ObjectId;
}

/** A schema with the account in it; unknown fields are refused rather than dropped, so that a typing slip shows in a test. */
export function scopedSchema<T extends Scoped>(collection: string, definition: SchemaDefinition): Schema<T> {
  return new Schema<T>(
    {
      account: { type: Schema.Types.ObjectId, ref: 'account', required: true },
      ...definition,
    } as SchemaDefinition,
    { collection, strict: 'throw', versionKey: false, minimize: false },
  );
}

/** What ties a stored document to a record of the roster's source. */
export interface SourceRecord {
  /** The source's id. */
  id: string;
  /** Hash of what was mapped; an unchanged record is not written. */
  hash: string;
  /** Further ids of the source that stand for the same one, since somebody merged two. */
  also?: string[];
  /** The run that made the document. */
  addedBy?: Types.ObjectId;
  /** When somebody said that it stays although the source has it no more; until the source has it again. */
  kept?: Date;
  /** Of a section: what the source said of its people (`markOf`) when somebody refused to take those out whom it lacks. */
  keptFor?: string;
}

export const recordSchema = new Schema<SourceRecord>(
  {
    id: { type: String, required: true },
    hash: { type: String, default: '' },
    also: { type: [String], default: undefined },
    addedBy: Schema.Types.ObjectId,
    kept: Date,
    keptFor: String,
  },
  { _id: false },
);

/** A stored key for searching and sorting without collations: lower case, accents folded, spaces joined. At most 200 characters. */
export function searchKey(...parts: (string | undefined)[]): string {
  const text = parts.filter((part) => part).join(' ');
  return (isPlain(text) ? text : text.normalize('NFKD').replace(/\p{M}/gu, ''))
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}

/** Whether a text has nothing but ASCII's visible characters and spaces: most texts, and the rest is dear to look after. */
export function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/**
 * A filter for stored search keys that hold every word of `text`, in any order and anywhere; nothing typed is no filter.
 * Such a search reads all keys that the rest of the filter leaves, so that must be little and by an index: one event's
 * teachers, one account's events.
 */
export function holdsWords(key: 'searchKey' | 'sortKey', text: string): { $and?: Record<string, RegExp>[] } {
  const words = searchKey(text).split(' ').filter(Boolean);
  if (words.length === 0) return {};
  return { $and: words.map((word) => ({ [key]: new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) })) };
}
