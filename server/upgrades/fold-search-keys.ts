import mongoose, { type mongo } from 'mongoose';
import { contactKeys } from '../models/person-keys.js';
import { searchKey } from '../models/search-key.js';

/** Collections besides people that are searched or sorted by stored keys. */
const KEYED = ['resource', 'class', 'event', 'school', 'duplicate', 'rosterChange'];
const BATCH = 1000;

type Stored = { _id: mongoose.Types.ObjectId } & Record<string, unknown>;
type Keys = Record<string, string>;

/**
 * Folds stored keys as since 0.5 (ł, ø, ß and the like, one kind of apostrophe and hyphen), and gives every person the key that finds a
 * student. Correct keys are not written.
 */
export async function foldSearchKeys(): Promise<void> {
  const { db } = mongoose.connection;
  if (!db) throw new Error('There is no database connected.');
  await foldCollection(db.collection<Stored>('contact'), keysOfPerson);
  for (const name of KEYED) await foldCollection(db.collection<Stored>(name), keysOfKeys);
}

async function foldCollection(
  collection: mongo.Collection<Stored>,
  keysOf: (document: Stored) => Keys,
): Promise<void> {
  const fields = ['searchKey', 'sortKey', 'numberKey', ...NAMES];
  const projection = Object.fromEntries(fields.map((field) => [field, 1]));
  let last: Stored['_id'] | undefined;
  for (;;) {
    const batch = await collection
      .find(last ? { _id: { $gt: last } } : {}, { projection })
      .sort({ _id: 1 })
      .limit(BATCH)
      .toArray();
    const writes = batch.flatMap((document) => {
      const keys = Object.entries(keysOf(document)).filter(([key, value]) => document[key] !== value);
      if (keys.length === 0) return [];
      // Only over the names that were read: a person who changes a name meanwhile stores its keys too.
      const read = NAMES.filter((name) => name in document).map((name) => [name, document[name]] as const);
      const filter = { _id: document._id, ...Object.fromEntries(read) };
      return [{ updateOne: { filter, update: { $set: Object.fromEntries(keys) } } }];
    });
    if (writes.length > 0) await collection.bulkWrite(writes, { ordered: false });
    last = batch.at(-1)?._id;
    if (batch.length < BATCH) return;
  }
}

const NAMES = ['firstName', 'lastName', 'email', 'schoolId'] as const;

function keysOfPerson(document: Stored): Keys {
  const [firstName = '', lastName = '', email = '', schoolId = ''] = NAMES.map((name) =>
    text(document[name]),
  );
  return contactKeys({ firstName, lastName, email, schoolId });
}

/** Folding an old key gives the new one, as a key has everything of the name that matters. */
function keysOfKeys(document: Stored): Keys {
  const keys = ['searchKey', 'sortKey'].filter((key) => typeof document[key] === 'string');
  return Object.fromEntries(keys.map((key) => [key, searchKey(text(document[key]))]));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
