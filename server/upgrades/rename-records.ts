import mongoose from 'mongoose';

/** Collections whose documents said `clever` of what is now `record`: the tie to the roster's source, whichever that is. */
const ROSTER = ['contact', 'term', 'course', 'section'];

/** Brings what version 0.1 stored to today's names, before the indexes are built, as the unique ones stand on them. */
export async function renameRecords(): Promise<void> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('There is no database connected.');
  for (const name of ROSTER) {
    const collection = db.collection(name);
    // A collection that is not there yet has no indexes.
    const indexes = await collection.indexes().catch(() => []);
    for (const { key, name: index } of indexes)
      if ('clever.id' in (key as object) && index) await collection.dropIndex(index).catch(() => undefined);
    await collection.updateMany({ clever: { $exists: true } }, { $rename: { clever: 'record' } });
  }
}
