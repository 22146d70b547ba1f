import mongoose from 'mongoose';

/** Drops a collection's index over these keys, given in their order. */
export async function dropIndex(name: string, keys: readonly string[]): Promise<void> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('There is no database connected.');
  const collection = db.collection(name);
  // A collection that does not exist has no indexes.
  const indexes = await collection.indexes().catch(() => []);
  for (const index of indexes)
    if (index.name && Object.keys(index.key).join() === keys.join())
      await collection.dropIndex(index.name).catch(() => undefined);
}
