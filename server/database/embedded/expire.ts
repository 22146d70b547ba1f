import type { MongoClient } from 'mongodb';

/**
 * Deletes documents that have expired by the TTL indexes of all databases, as `mongod` does once a minute and the engine does not.
 *
 * The field must be a date, or an array whose earliest date counts; a partial index applies only to its own documents. Source:
 * https://www.mongodb.com/docs/manual/core/index-ttl/
 *
 * @returns how many documents it deleted
 */
export async function deleteExpired(client: MongoClient, now: Date): Promise<number> {
  let deleted = 0;
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  for (const { name } of databases) {
    if (['admin', 'config', 'local'].includes(name)) continue;
    const database = client.db(name);
    for await (const { name: collection, type } of database.listCollections({}, { nameOnly: true })) {
      if (type !== 'collection') continue;
      deleted += await deleteExpiredOf(client, name, collection, now);
    }
  }
  return deleted;
}

async function deleteExpiredOf(
  client: MongoClient,
  database: string,
  name: string,
  now: Date,
): Promise<number> {
  const collection = client.db(database).collection(name);
  let deleted = 0;
  for (const index of await collection.indexes()) {
    const [field, ...others] = Object.keys(index.key);
    if (index.expireAfterSeconds === undefined || field === undefined || others.length > 0) continue;
    const latest = new Date(now.getTime() - index.expireAfterSeconds * 1000);
    // A date compares with dates only, so documents whose field is missing or of another type stay.
    const expired = { $and: [{ [field]: { $lte: latest } }, index.partialFilterExpression ?? {}] };
    deleted += (await collection.deleteMany(expired)).deletedCount;
  }
  return deleted;
}
