import mongoose, { type mongo } from 'mongoose';
import { whileAt } from '../runs/changes/guard-write.js';

const BATCH = 500;

/** The code for a stored sentence: a sentence that no known version has written stays as it is, and an empty one means nothing. */
export function codeFor<T extends object>(
  known: Readonly<Record<string, T>>,
  text: string,
): T | { code: 'text'; text: string } | undefined {
  if (text === '') return undefined;
  return known[text] ?? { code: 'text', text };
}

export type Stored = { _id: mongoose.Types.ObjectId } & Record<string, unknown>;

/**
 * Rewrites fields of the documents that a filter matches, in batches. A document is written only while the fields are as they were read.
 * @param rewrite returns the new values by field; undefined removes a field, and no fields leave the document as it is
 */
export async function rewriteDocuments(
  name: string,
  filter: mongo.Filter<Stored>,
  fields: readonly string[],
  rewrite: (document: Stored) => Record<string, unknown>,
): Promise<void> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('There is no database connected.');
  const collection = db.collection<Stored>(name);
  const projection = Object.fromEntries(fields.map((field) => [field, 1]));
  let last: Stored['_id'] | undefined;
  for (;;) {
    const batch = await collection
      .find(last ? { $and: [{ _id: { $gt: last } }, filter] } : filter, { projection })
      .sort({ _id: 1 })
      .limit(BATCH)
      .toArray();
    const writes = batch.flatMap((document) => {
      const changes = Object.entries(rewrite(document));
      if (changes.length === 0) return [];
      const set = Object.fromEntries(changes.filter(([, value]) => value !== undefined));
      const unset = Object.fromEntries(
        changes.filter(([, value]) => value === undefined).map(([path]) => [path, '' as const]),
      );
      const update = {
        ...(Object.keys(set).length > 0 ? { $set: set } : {}),
        ...(Object.keys(unset).length > 0 ? { $unset: unset } : {}),
      };
      return [{ updateOne: { filter: { _id: document._id, ...whileAt(document, fields) }, update } }];
    });
    if (writes.length > 0) await collection.bulkWrite(writes, { ordered: false });
    last = batch.at(-1)?._id;
    if (batch.length < BATCH) return;
  }
}
