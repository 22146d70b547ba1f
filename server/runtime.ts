import { createQueue, type AgendaQueue } from '../jobs/queue.js';
import { ConfigError, loadConfig, type Config } from './config.js';
import { connectDatabase } from './database/connect.js';
import { refuseHalfRestored } from './database/note-restore.js';
import type { Deps } from './deps.js';
import { Ending } from './ending.js';
import { createLog } from './log.js';
import { prepareDatabase } from './upgrades/prepare-database.js';

/** What the web process and the worker process both stand on. */
export interface Runtime {
  deps: Deps;
  queue: AgendaQueue;
  /** Leaves the database last. */
  ending: Ending;
}

/** Configuration → database, upgraded and with its indexes → queue. A setting that cannot be ends the process with one line a fault. */
export async function startRuntime(): Promise<Runtime> {
  const runtime = await connectRuntime();
  await runtime.ending.unlessEnding(refuseHalfRestored().then(() => prepareDatabase()));
  return runtime;
}

/** The same with the database as it is: a backup is restored into it before it is upgraded. */
export async function connectRuntime(): Promise<Runtime> {
  const config = readConfig();
  const ending = new Ending(config);
  const log = createLog();
  const { mongodbUri, dataDir } = config;
  await ending.beginBase(connectDatabase({ mongodbUri, dataDir, log }), (database) => database.close());
  const queue = createQueue();
  return { ending, queue, deps: { config, log, queue, now: () => new Date(), leaving: ending.signal } };
}

function readConfig(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error('Slotbell can’t start. Please correct these settings (.env.example explains them):');
    for (const fault of error.faults) console.error(`- ${fault}`);
    process.exit(1);
  }
}
