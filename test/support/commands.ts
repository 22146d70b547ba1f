import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';

type Command = Record<string, unknown>;
interface Connection {
  command: (this: Connection, namespace: unknown, command: Command, ...rest: unknown[]) => Promise<unknown>;
}

/** What the driver sends for itself, such as when a further connection opens. */
const OF_THE_CONNECTION = new Set(['endSessions', 'hello', 'ismaster', 'ping']);

const noting = new AsyncLocalStorage<string[]>();
let isWatching = false;

/**
 * Runs `work` and lists what it asks the database for, in order: of the models, the session store and the queue alike, as each command is
 * sent, so that nothing that reads past mongoose is missed. A cursor's further batches (`getMore`) count each.
 * @returns a list that grows as long as something that `work` began goes on
 */
export function listCommands(work: () => void): string[] {
  watch();
  const commands: string[] = [];
  noting.run(commands, work);
  return commands;
}

/** Follows the driver's connections, as `server/database/mend-driver.ts` does. */
function watch(): void {
  if (isWatching) return;
  isWatching = true;
  const fromMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'));
  const { Connection } = fromMongoose('mongodb/lib/cmap/connection.js') as {
    Connection: { prototype: Connection };
  };
  const send = Connection.prototype.command;
  Connection.prototype.command = function (this: Connection, namespace, command, ...rest) {
    const [verb = '', on] = Object.entries(command)[0] ?? [];
    if (!OF_THE_CONNECTION.has(verb)) noting.getStore()?.push(sayCommand(verb, on, command));
    return send.call(this, namespace, command, ...rest);
  };
}

/** `find slot {account, event, day}`: what is asked, with no values. */
function sayCommand(verb: string, on: unknown, command: Command): string {
  const filter = command.filter ?? (command.pipeline as Command[] | undefined)?.[0]?.$match ?? {};
  const collection = verb === 'getMore' ? command.collection : on;
  return `${verb} ${String(collection)} {${Object.keys(filter).join(', ')}}`;
}
