import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import mongoose from 'mongoose';
import { followCommand } from './follow-commands.js';

/** The version of the driver whose faults are mended here. Look at them again before this number is changed. */
const MENDED_VERSION = '7.8.0';

/** A command that changes or reads a few documents has its answer by then, or never gets it. */
const LIMIT_MS = 30_000;
/** One that changes as many documents as match. */
const MANY_LIMIT_MS = 5 * 60_000;
/** An index is built over a whole collection. */
const INDEX_LIMIT_MS = 60 * 60_000;

type Command = Record<string, unknown>;
interface Options {
  signal?: AbortSignal;
  socketTimeoutMS?: number;
}

/** What is used of the driver's own class of a connection (`lib/cmap/connection.js`), which it does not export. */
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
 * Changes the driver's connections, once for the process, so that no command waits for good:
 *
 * - A command that is being written when its connection closes ends with it. The driver waits for the socket's `drain`, which a
 *   destroyed socket never gives; no time limit of its own reaches that wait.
 * - A fault of the socket (`EPIPE`, `ECONNRESET`) is a network error like every other: the driver then drops the connection and
 *   tries again where that is safe.
 * - Every command has a limit, by what it does.
 *
 * @throws when the driver is not the version or has not the shape that this was written for
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

/** Of the driver that mongoose, Agenda and the sessions use, which is one and the same. */
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
