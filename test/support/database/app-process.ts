/**
 * An app process for tests, as small as can be: connects as the options in its first argument say, then does what
 * its parent sends it, one command at a time, and answers each.
 */
import mongoose, { Schema } from 'mongoose';
import { connectDatabase, databaseReady, ensureIndexes } from '../../../server/database/connect.js';
import { silent } from './scratch.js';

const Thing = mongoose.model(
  'Thing',
  new Schema({ name: String, tag: { type: String, unique: true, sparse: true } }),
);

const options = JSON.parse(process.argv[2] ?? '{}') as { mongodbUri?: string; dataDir: string };
const answer = (value: unknown) => process.send?.(value);

const commands: Record<string, (value: string) => Promise<unknown>> = {
  insert: async (name) => (await Thing.create({ name })).name,
  count: () => Thing.countDocuments(),
  strict: () => Thing.find({ unknown: 1 } as object),
  ready: () => databaseReady(),
  readyAgain: async () => {
    while (!(await databaseReady()));
    return true;
  },
  databases: async () => (await mongoose.connection.listDatabases()).databases.map(({ name }) => name),
  duplicates: async () => {
    await Thing.collection.insertMany([{ tag: 'ada@example.org' }, { tag: 'ada@example.org' }]);
    await ensureIndexes();
  },
  indexes: async () => {
    await ensureIndexes();
    return (await Thing.collection.indexes()).map(({ name }) => name);
  },
};

const begun = performance.now();
try {
  const database = await connectDatabase({ ...options, log: silent });
  process.on('message', ([command, value]: [string, string]) => {
    if (command === 'close') {
      void database.close({ stopEngine: value === 'stopEngine' }).then(() => {
        process.disconnect();
      });
      return;
    }
    commands[command]?.(value).then(answer, (error: unknown) => answer({ error: String(error) }));
  });
  answer({ embedded: database.embedded });
} catch (error) {
  // From the first try on: how soon a process starts is the machine's affair.
  answer({ error: String(error), tookMs: performance.now() - begun });
}
