import mongoose from 'mongoose';

/** Takes away the index by which contacts were listed: the one in its place also tells what is not known of them. */
export async function dropContactIndex(): Promise<void> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('There is no database connected.');
  const collection = db.collection('contact');
  // A collection that is not there yet has no indexes.
  const indexes = await collection.indexes().catch(() => []);
  for (const { key, name } of indexes)
    if (name && Object.keys(key).join() === 'account,type,status,sortKey,searchKey')
      await collection.dropIndex(name).catch(() => undefined);
}
