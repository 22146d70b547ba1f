import mongoose from 'mongoose';

/** All that the database holds, with our own ids. */
export type Snapshot = Map<string, mongoose.mongo.Document[]>;

export async function takeSnapshot(): Promise<Snapshot> {
  const snapshot: Snapshot = new Map();
  for (const { collection } of Object.values(mongoose.models))
    snapshot.set(collection.name, await collection.find().toArray());
  return snapshot;
}

/** Makes the database what it was. */
export async function restoreSnapshot(snapshot: Snapshot): Promise<void> {
  await Promise.all(
    Object.values(mongoose.models).map(async ({ collection }) => {
      await collection.deleteMany({});
      const documents = snapshot.get(collection.name) ?? [];
      if (documents.length > 0) await collection.insertMany(documents);
    }),
  );
}
