import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import mongoose from 'mongoose';
import { followCommand } from './follow-commands.js';

/** The driver version whose faults are fixed here. Check them again before this number is changed. */
const MENDED_VERSION = '7.8.0';

/** The limit of a command that reads or changes a few documents: it is answered by then or never. */
const LIMIT_MS = 30_000;
/** The limit of a command that changes all matching documents. */
const MANY_LIMIT_MS = 5 * 60_000;
/** The limit of an index build, which reads a whole collection. */
const INDEX_LIMIT_MS = 60 * 60_000;

type Command = Record<string, unknown>;
interface Options {
  signal?: AbortSignal;
  socketTimeoutMS?: number;
}

/** The parts used of the driver's connection class (`lib/cmap/connection.js`), which it does not export. */
interface Connection extends EventEmitter {
  closed: boolean;
  error: Error | null;
  writeCommand: (this: Connection, message: unknown, options: Options) => Promise<void>;
  command: (
    this: Connection,
    namespace: unknown,
    command: Command,
    options?: Options,
    type?: unknown,
  ) => Promise<unknown>;
}

let isMended = false;

/**
 * Changes the driver's connections, once for each process, so that no command waits forever:
 *
 * - A command that is being written when its connection closes ends with it. The driver waits for the socket's `drain`, which a destroyed
 * socket never emits; none of its time limits applies to that wait.
 * - A fault of the socket (`EPIPE`, `ECONNRESET`) is a network error like every other: the driver then drops the connection and tries again
 * if that is safe.
 * - Every command has a limit, by what it does.
 *
 * @throws if the driver's version or structure is not the one that this was written for
 */
export function mendDriver(): void {
  if (isMended) return;
  const prototype = findPrototype();
  const { writeCommand, command: sendCommand } = prototype;
  prototype.writeCommand = function (this: Connection, message, options) {
    return untilClosed(this, options, () => writeCommand.call(this, message, options));
  };
  prototype.command = function (this: Connection, namespace, command, options = {}, type) {
    const limit = limitOf(command);
    const bounded = { ...options, socketTimeoutMS: options.socketTimeoutMS ?? limit };
    const isSmall = limit === LIMIT_MS;
    return followCommand(isSmall, () => sendCommand.call(this, namespace, command, bounded, type));
  };
  isMended = true;
}

/** The connection class that mongoose, Agenda and the sessions share. */
function findPrototype(): Connection {
  const fromMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'));
  const { version } = fromMongoose('mongodb/package.json') as { version: string };
  if (version !== MENDED_VERSION)
    throw new Error(
      `The MongoDB driver is ${version}; server/database/mend-driver.ts is for ${MENDED_VERSION}`,
    );
  const { Connection } = fromMongoose('mongodb/lib/cmap/connection.js') as {
    Connection?: { prototype: Connection };
  };
  const found = Connection?.prototype;
  const isKnown = typeof found?.writeCommand === 'function' && typeof found.command === 'function';
  if (!found || !isKnown)
    throw new Error('The MongoDB driver’s connections are not as mend-driver.ts knows them');
  return found;
}

async function untilClosed(
  connection: Connection,
  { signal }: Options,
  write: () => Promise<void>,
): Promise<void> {
  let onClose = (): void => undefined;
  const closed = new Promise<never>((_resolve, reject) => {
    onClose = () => {
      reject(connection.error ?? new mongoose.mongo.MongoNetworkError('The connection was closed'));
    };
    connection.once('close', onClose);
  });
  try {
    await Promise.race([write(), closed]);
  } catch (error) {
    if (error instanceof mongoose.mongo.MongoError || signal?.aborted) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new mongoose.mongo.MongoNetworkError(message, { cause: error as Error });
  } finally {
    connection.off('close', onClose);
  }
}

/** How long a command may be without an answer, in milliseconds. */
export function limitOf(command: Command): number {
  if ('createIndexes' in command || 'dropIndexes' in command) return INDEX_LIMIT_MS;
  const parts = [command.updates, command.deletes].flatMap((list): unknown[] =>
    Array.isArray(list) ? list : [],
  );
  const isMany = parts.some((part) => {
    const { multi, limit } = part as { multi?: boolean; limit?: number };
    return multi === true || limit === 0;
  });
  return isMany ? MANY_LIMIT_MS : LIMIT_MS;
}
