import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { IndexDescription } from 'mongodb';
import mongoose from 'mongoose';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { attachEngine, type AttachedEngine, type Log } from './embedded/start.js';
import { isHeardSince } from './follow-commands.js';
import { mendDriver } from './mend-driver.js';

export type { Log } from './embedded/start.js';

export interface DatabaseOptions {
  /** A MongoDB of the school or its host; without it the embedded engine serves `dataDir/db`. */
  mongodbUri?: string | undefined;
  /** The database at `mongodbUri`, if it is not the one that the address names. The login stays as the address says. */
  dbName?: string;
  dataDir: string;
  log: Log;
  /** How often the embedded engine deletes what has expired. */
  sweepMs?: number;
}

export interface Database {
  embedded: boolean;
  /** May contain a password: not for logs. */
  uri: string;
  /** Disconnects; with `stopEngine`, an embedded engine that nobody else uses has ended when this returns. */
  close(options?: { stopEngine?: boolean }): Promise<void>;
}

/** A page answers within 3 s when the database is away. */
const AWAY_MS = 3_000;
/**
 * After this long without an answer the driver gives up its connections, and every request is refused at once until it is back. Pages say
 * far earlier that the database is away; on a machine that is overloaded the driver's own question may wait for seconds.
 */
const HANGS_MS = 10_000;
const QUEUE_MS = 10_000;
const PING_MS = 1_000;
const ANEW_MS = 2_000;
const DATABASE_NAME = 'slotbell';
const INDEX_BUILDERS = 4;
/** Indexes of older versions that no query needs, by collection: each slows every write. */
const RETIRED: Record<string, string[]> = {
  auditEntry: ['account_1_at_-1', 'event_1_at_-1', 'account_1_targets_1_at_-1'],
  class: ['synced.students_1'],
  section: ['account_1_status_1_school_1_term_1'],
};

/** The address of the default connection; may contain a password. */
let connectedTo: string | undefined;

// Models are compiled when their files are loaded, before there is a connection; these settings apply to all of them.
mongoose.set({ bufferCommands: false, strictQuery: 'throw', autoIndex: false, autoCreate: false });

/**
 * Connects mongoose's default connection to MONGODB_URI, or to the embedded engine, which is started if need be.
 * From then on the driver reconnects by itself whenever the database comes back.
 *
 * @throws one message for the person who starts the app, within about 3 s when MONGODB_URI does not answer
 */
export async function connectDatabase({
  mongodbUri,
  dbName,
  dataDir,
  log,
  ...engineOptions
}: DatabaseOptions): Promise<Database> {
  if (mongodbUri !== undefined) {
    await connect(mongodbUri, {
      dbName: dbName ?? nameIn(mongodbUri),
      writeConcern: { w: 'majority', journal: true },
    });
    connectedTo = mongodbUri;
    const unwatch = watch(log);
    return { embedded: false, uri: mongodbUri, close: () => disconnect(unwatch) };
  }

  const engine = await attachEngine({ dataDir, log, ...engineOptions });
  try {
    await connect(engine.uri, {});
  } catch (error) {
    await engine.close();
    throw error;
  }
  log.info(
    'Using the embedded database: for trying out and for one small school. Set MONGODB_URI for anything larger',
  );
  connectedTo = engine.uri;
  const unwatch = watch(log);
  return { embedded: true, uri: engine.uri, close: (options) => disconnect(unwatch, engine, options) };
}

/** The address of the database that this process is connected to; may contain a password. */
export function connectedAddress(): string {
  if (connectedTo === undefined) throw new Error('The database is not connected.');
  return connectedTo;
}

async function connect(uri: string, options: mongoose.ConnectOptions): Promise<void> {
  mendDriver();
  try {
    await mongoose.connect(uri, {
      ...options,
      autoCreate: false,
      autoIndex: false,
      bufferCommands: false,
      serverSelectionTimeoutMS: AWAY_MS,
      // Only the monitor notices a database that hangs instead of closing.
      connectTimeoutMS: HANGS_MS,
      // If every connection waits for an answer, a request for another connection fails after this time.
      waitQueueTimeoutMS: QUEUE_MS,
      heartbeatFrequencyMS: 2_000,
    });
  } catch (error) {
    await mongoose.disconnect();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The database can’t be reached: ${reason}. Check MONGODB_URI`, { cause: error });
  }
}

/** The driver would use a database called "test" if the address names none. */
function nameIn(uri: string): string {
  return /^[^/]+\/\/[^/?]+\/([^?]+)/.exec(uri)?.[1] ?? DATABASE_NAME;
}

function watch(log: Log): () => void {
  const away = () => log.warn('The database doesn’t answer');
  const back = () => log.info('The database answers again');
  mongoose.connection.on('disconnected', away).on('reconnected', back);
  return () => mongoose.connection.off('disconnected', away).off('reconnected', back);
}

async function disconnect(
  unwatch: () => void,
  engine?: AttachedEngine,
  options?: { stopEngine?: boolean },
): Promise<void> {
  unwatch();
  await mongoose.disconnect();
  await engine?.close(options);
}

/**
 * Builds the indexes of all models, and waits for them: the app's rules rest on the unique ones. Drops retired ones.
 *
 * @throws one message that names the collection and the fields, but none of the values
 */
export async function ensureIndexes(): Promise<void> {
  const models = Object.values(mongoose.models);
  const builders = Array.from({ length: INDEX_BUILDERS }, async () => {
    for (let model = models.pop(); model; model = models.pop()) await buildIndexes(model);
  });
  await Promise.all(builders);
}

async function buildIndexes({ schema, collection }: (typeof mongoose.models)[string]): Promise<void> {
  const indexes = schema.indexes() as [IndexDescription['key'], Omit<IndexDescription, 'key'>][];
  // An index that does not exist counts as dropped.
  for (const name of RETIRED[collection.name] ?? []) await collection.dropIndex(name).catch(() => undefined);
  if (indexes.length === 0) return;
  try {
    await collection.createIndexes(indexes.map(([key, options]) => ({ ...options, key })));
  } catch (error) {
    throw indexFault(collection.name, error);
  }
}

function indexFault(collection: string, error: unknown): Error {
  if (isDuplicateKey(error)) {
    const fields = Object.keys(error.keyPattern as object).join(', ');
    const index = `unique index on ${fields} of the collection "${collection}"`;
    // Without the cause, which quotes the values: this message ends in the log.
    return new Error(`The ${index} can’t be built: some documents have equal values`);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`The indexes of the collection "${collection}" can’t be built: ${reason}`, {
    cause: error,
  });
}

/**
 * Whether the database answers now.
 *
 * @returns false after about 1 s at the latest
 */
export async function databaseReady(): Promise<boolean> {
  // Requests that are slow together, as at an opening, ask once; each waits its own time.
  const ping = (pinging ??= answersPing().finally(() => (pinging = undefined)));
  const since = performance.now();
  const timer = new AbortController();
  // A process that was busy has not read what arrived meanwhile: it gets one more turn to do so. A database that answers others is busy.
  const late = delay(PING_MS, undefined, { signal: timer.signal, ref: false })
    .then(() => nextTurn())
    .then(() => isHeardSince(since))
    .catch(() => false);
  try {
    return await Promise.race([ping, late]);
  } finally {
    timer.abort();
  }
}

let pinging: Promise<boolean> | undefined;

async function answersPing(): Promise<boolean> {
  try {
    await mongoose.connection.db?.command({ ping: 1 });
    return mongoose.connection.db !== undefined;
  } catch {
    return false;
  }
}

/** Whether the database answers over a new connection; false after about 2 s at the latest. */
export async function databaseAnswersAnew(): Promise<boolean> {
  if (connectedTo === undefined) return false;
  const client = new mongoose.mongo.MongoClient(connectedTo, {
    serverSelectionTimeoutMS: ANEW_MS,
    connectTimeoutMS: ANEW_MS,
    socketTimeoutMS: ANEW_MS,
    maxPoolSize: 1,
  });
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close().catch(() => undefined);
  }
}
