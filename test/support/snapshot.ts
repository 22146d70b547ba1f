import mongoose from 'mongoose';
import { writeTogether } from '../../server/models/write-together.js';

/** All that the database holds, with our own ids: of each collection its documents, as the bytes they are stored as. */
export type Snapshot = Map<string, Set<string>>;

type Stored = mongoose.mongo.Document & { _id: mongoose.mongo.ObjectId };

export async function takeSnapshot(): Promise<Snapshot> {
  const snapshot: Snapshot = new Map(collections().map((name) => [name, new Set()]));
  // In one command: with one for each collection most of the time is the way there and back.
  const pipeline = [{ $documents: [] }, ...collections().map((name) => ({ $unionWith: tagged(name) }))];
  const answer = db().aggregate<Uint8Array>(pipeline, { batchSize: 1_000_000, raw: true });
  for await (const bytes of answer) {
    const [from, stored] = readTagged(bytes);
    snapshot.get(from)?.add(stored);
  }
  return snapshot;
}

/** The two values of `{ from, stored }` as the database sends it: made objects and bytes again, documents would take most of the time. */
function readTagged({ buffer, byteOffset, byteLength }: Uint8Array): [from: string, stored: string] {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const name = 4 + 1 + 'from\0'.length + 4;
  const end = name + bytes.readInt32LE(name - 4);
  const stored = end + 1 + 'stored\0'.length;
  return [bytes.toString('utf8', name, end - 1), bytes.toString('latin1', stored, byteLength - 1)];
}

const tagged = (name: string) => ({
  coll: name,
  pipeline: [{ $replaceWith: { from: name, stored: '$$ROOT' } }],
});

/** Makes the database what it was; only what is different by now is written. */
export async function restoreSnapshot(snapshot: Snapshot): Promise<void> {
  const now = await takeSnapshot();
  await Promise.all(
    [...now].map(async ([name, stored]) => {
      const then = snapshot.get(name) ?? new Set();
      const other = [...stored].filter((bytes) => !then.has(bytes)).map(documentOf);
      const missing = [...then].filter((bytes) => !stored.has(bytes)).map(documentOf);
      const collection = db().collection<Stored>(name);
      if (other.length > 0) await collection.deleteMany({ _id: { $in: other.map(({ _id }) => _id) } });
      if (missing.length > 0) await collection.insertMany(missing);
    }),
  );
}

/** Deletes all documents, keeping indexes. By one command: to ask first which collections hold any takes as long. */
export async function deleteEverything(): Promise<void> {
  await writeTogether(
    Object.values(mongoose.models).map((model) => ({ model, write: { deleteMany: { filter: {} } } })),
  );
}

function collections(): string[] {
  return Object.values(mongoose.models).map(({ collection }) => collection.name);
}

function db(): mongoose.mongo.Db {
  const { db } = mongoose.connection;
  if (!db) throw new Error('There is no database.');
  return db;
}

/** With every number of the type that it is stored as. */
const documentOf = (bytes: string): Stored =>
  mongoose.mongo.BSON.deserialize(Buffer.from(bytes, 'latin1'), { promoteValues: false }) as Stored;
