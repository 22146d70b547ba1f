import { createQueue, type AgendaQueue } from '../jobs/queue.js';
import { ConfigError, loadConfig, type Config } from './config.js';
import { connectDatabase, type Database } from './database/connect.js';
import { refuseHalfRestored } from './database/note-restore.js';
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
  await refuseHalfRestored()
    .then(() => prepareDatabase())
    .catch(fatal);
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

/** What a stop may take beside the waits that it is told of: a database that hangs does not answer a farewell. */
const STOP_SPARE_MS = 15_000;
/** How often a process that npm started looks whether npm still lives. */
const PARENT_MS = 1000;

/**
 * Runs `stop` once when the process is asked to end, then ends it: Agenda leaves timers behind for jobs that ran. The same when npm,
 * which started it, was killed: it would run on with nobody to stop it.
 */
export function stopOnSignal(
  config: Pick<Config, 'drainMs' | 'stopPauseMs'>,
  stop: (signal: NodeJS.Signals) => Promise<void>,
): void {
  let stopping = false;
  const once = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), config.stopPauseMs + config.drainMs + STOP_SPARE_MS).unref();
    stop(signal).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) once('SIGTERM');
  }, PARENT_MS).unref();
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
