/** The app in a process of its own, which counts what it asks the database on behalf of its requests. */
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { createApp } from '../../server/app.js';
import { loadConfig } from '../../server/config.js';
import { connectDatabase } from '../../server/database/connect.js';
import { createLog } from '../../server/log.js';
import { listCommands } from '../support/commands.js';
import { serve, told } from './processes.js';

export interface RushTold {
  mongodbUri: string;
  secret: string;
  now: string;
}

export interface RushCommands extends Record<string, (argument: never) => Promise<unknown>> {
  /** @returns its address */
  listen: () => Promise<string>;
  /** How many commands since it was last asked. */
  count: () => Promise<number>;
  /** Of this process: user and system, in milliseconds. */
  cpu: () => Promise<number>;
}

const { mongodbUri, secret, now } = told() as RushTold;
const log = createLog('silent');
const database = await connectDatabase({ mongodbUri, dataDir: os.tmpdir(), log });
const app = createApp({
  config: loadConfig({ APP_SECRET: secret }),
  log,
  queue: { add: () => Promise.resolve() },
  now: () => new Date(now),
}) as RequestListener;
let lists: string[][] = [];
const server = createServer((req, res) => {
  lists.push(
    listCommands(() => {
      app(req, res);
    }),
  );
});
server.keepAliveTimeout = 60_000;

const commands: RushCommands = {
  async listen() {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  },
  count() {
    const all = lists.reduce((sum, list) => sum + list.length, 0);
    lists = [];
    return Promise.resolve(all);
  },
  cpu() {
    const { user, system } = process.cpuUsage();
    return Promise.resolve((user + system) / 1000);
  },
};

serve(commands, async () => {
  server.closeAllConnections();
  server.close();
  await database.close();
});
