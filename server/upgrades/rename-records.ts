import mongoose from 'mongoose';

/** Collections in which `clever` is now `record`, the tie to any roster source. */
const ROSTER = ['contact', 'term', 'course', 'section'];

/** Renames the fields that version 0.1 stored, before the indexes are built, as the unique ones need the new names. */
export async function renameRecords(): Promise<void> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('There is no database connected.');
  for (const name of ROSTER) {
    const collection = db.collection(name);
    // A collection that does not exist has no indexes.
    const indexes = await collection.indexes().catch(() => []);
    for (const { key, name: index } of indexes)
      if ('clever.id' in (key as object) && index) await collection.dropIndex(index).catch(() => undefined);
    await collection.updateMany({ clever: { $exists: true } }, { $rename: { clever: 'record' } });
  }
}
