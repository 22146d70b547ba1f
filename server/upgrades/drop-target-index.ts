import mongoose from 'mongoose';

/** Takes away the index by which a run noted one change of a document: ties of it may wait for a person beside it. */
export async function dropTargetIndex(): Promise<void> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('There is no database connected.');
  const collection = db.collection('rosterChange');
  // A collection that is not there yet has no indexes.
  const indexes = await collection.indexes().catch(() => []);
  for (const { key, name } of indexes)
    if (name && Object.keys(key).join() === 'run,target')
      await collection.dropIndex(name).catch(() => undefined);
}
