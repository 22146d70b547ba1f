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

/** A stored key for searching and sorting without collations: lower case, accents folded, spaces joined. At most 200 characters. */
export function searchKey(...parts: (string | undefined)[]): string {
  return parts
    .filter((part) => part)
    .join(' ')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
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
