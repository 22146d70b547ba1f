import { createQueue, type AgendaQueue } from '../jobs/queue.js';
import { ConfigError, loadConfig, type Config } from './config.js';
import { connectDatabase, type Database } from './database/connect.js';
import type { Deps } from './deps.js';
import { createLog } from './log.js';
import { prepareDatabase } from './upgrades/prepare-database.js';

/** What the web process and the worker process both stand on. */
export interface Runtime {
  database: Database;
  deps: Deps;
  queue: AgendaQueue;
}

/** Configuration → database, upgraded and with its indexes → queue. A setting that cannot be ends the process with one line a fault. */
export async function startRuntime(): Promise<Runtime> {
  const runtime = await connectRuntime();
  await prepareDatabase().catch(fatal);
  return runtime;
}

/** The same with the database as it is: a backup is restored into it before it is upgraded. */
export async function connectRuntime(): Promise<Runtime> {
  const config = readConfig();
  const log = createLog();
  const database = await connectDatabase({
    mongodbUri: config.mongodbUri,
    dataDir: config.dataDir,
    log,
  }).catch(fatal);
  const queue = createQueue();
  return { database, queue, deps: { config, log, queue, now: () => new Date() } };
}

/** Runs `stop` once when the process is asked to end, then ends it: Agenda leaves timers behind for jobs that ran. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const once = (): void => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
}

function readConfig(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error('Slotbell cannot start; please correct these settings (.env.example explains them):');
    for (const fault of error.faults) console.error(`- ${fault}`);
    process.exit(1);
  }
}

/** A start that cannot succeed says why in one message, not in a stack. */
function fatal(error: unknown): never {
  console.error(`Slotbell cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
