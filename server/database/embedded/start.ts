import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { launchHost, type Launch } from './launch.js';
import { engineObstacle, platformFacts } from './platform.js';
import { openRunFolder } from './run-folder.js';

/** The part of a pino logger that the database needs. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface EngineOptions {
  /** The folder of everything that this installation stores; made with mode 0700 if missing. */
  dataDir: string;
  log: Log;
  /** How long the engine waits for another app process after the last one left. */
  lingerMs?: number;
  /** How often expired documents are deleted. */
  sweepMs?: number;
  /** How long to wait for an answer from the process that holds the data folder. */
  patienceMs?: number;
}

export interface AttachedEngine {
  /** The address for the driver; it stays the same when the engine is restarted. */
  readonly uri: string;
  /** Process id of the engine that serves now. */
  readonly pid: number;
  /**
   * Detaches from the engine, which ends when nobody has been attached for a while. With `stopEngine` it ends at once unless others are
   * attached, and this waits until it has.
   */
  close(options?: { stopEngine?: boolean }): Promise<void>;
}

/** An open connection to the control socket: the engine runs at least that long. */
interface Link {
  socket: net.Socket;
  pid: number;
}

const HELLO_MS = 2_000;
const OTHER_MS = 500;
const STOP_MS = 10_000;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Attaches this process to the embedded engine of a data folder, and starts the engine if it does not run.
 *
 * Any number of processes may do so at the same moment: the engine's own lock lets one start succeed, and the others find that engine. If
 * the engine dies, the process that notices starts it again at the same address.
 *
 * @throws one message if the engine cannot run here, or if the folder is held by something that does not answer
 */
export async function attachEngine(options: EngineOptions): Promise<AttachedEngine> {
  const { log, lingerMs = 3_000, sweepMs = 60_000, patienceMs = 15_000 } = options;
  const facts = platformFacts();
  const obstacle = engineObstacle(facts);
  if (obstacle !== undefined) throw new Error(obstacle);

  const dataDir = path.resolve(options.dataDir);
  const launch = { facts, dataDir, run: openRunFolder(dataDir), lingerMs, sweepMs };
  const closing = new AbortController();
  let reviving: Promise<void> | undefined;
  let link = await attach(launch, patienceMs, closing.signal);
  watch();

  function watch(): void {
    // The connection alone must not keep the process alive.
    link.socket.unref();
    link.socket.once('close', () => {
      if (!closing.signal.aborted) reviving = revive();
    });
  }

  async function revive(): Promise<void> {
    log.warn('The database engine stopped unexpectedly. Starting it again');
    for (let pause = 100; !closing.signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        link = await attach(launch, patienceMs, closing.signal);
        watch();
        log.info('The database engine is back');
        return;
      } catch (error) {
        log.error(error instanceof Error ? error.message : String(error));
        await delay(pause, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  return {
    uri: `mongodb://${encodeURIComponent(launch.run.socket)}/slotbell?directConnection=true&journal=true&retryWrites=false`,
    get pid() {
      return link.pid;
    },
    async close({ stopEngine = false } = {}) {
      closing.abort();
      await reviving;
      await leave(link.socket, stopEngine);
    },
  };
}

async function attach(launch: Launch, patienceMs: number, signal: AbortSignal): Promise<Link> {
  const giveUp = Date.now() + patienceMs;
  for (;;) {
    const link = await openLink(launch.run.control);
    if (link) return link;
    const report = await launchHost(launch);
    if (report.state === 'failed') throw new Error(`The embedded database couldn’t start: ${report.reason}`);
    if (report.state === 'serving') continue;
    const other = await waitForOther(launch.run.control, signal);
    if (other) return other;
    if (Date.now() > giveUp) {
      throw new Error(
        `${launch.dataDir}/db is in use by another process that doesn’t answer. ` +
          'End that process (its id is in db/mongod.lock), or set DATA_DIR to another folder',
      );
    }
  }
}

/** The process that holds the lock is about to serve (two starters at once), or to end (its last app process left). */
async function waitForOther(control: string, signal: AbortSignal): Promise<Link | undefined> {
  const until = Date.now() + OTHER_MS;
  while (Date.now() < until) {
    await delay(25, undefined, { signal });
    const link = await openLink(control);
    if (link) return link;
  }
  return undefined;
}

/** Connects and waits for the engine's greeting, its process id; undefined if nobody serves there. */
function openLink(control: string): Promise<Link | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect(control);
    const timer = setTimeout(() => socket.destroy(), HELLO_MS);
    // Prevents later errors of the open connection from being thrown; 'close' follows and is enough.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    socket.once('data', (greeting) => {
      clearTimeout(timer);
      resolve({ socket, pid: Number(greeting.toString()) });
    });
  });
}

async function leave(socket: net.Socket, stopEngine: boolean): Promise<void> {
  if (socket.destroyed) return;
  const left = once(socket, 'close');
  socket.ref();
  if (stopEngine) socket.setTimeout(STOP_MS, () => socket.destroy()).write('stop\n');
  else socket.destroy();
  await left;
}
