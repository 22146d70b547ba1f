/**
 * The app in a process of its own, serving on a free port that it tells its parent. Two of them over one database race each other;
 * one that was told to `die` at a certain call to the database kills itself there, with the call made or not.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import mongoose from 'mongoose';
import { createApp } from '../../../server/app.js';
import { loadConfig } from '../../../server/config.js';
import { connectDatabase } from '../../../server/database/connect.js';
import { createLog } from '../../../server/log.js';
import { switchClaimsOff } from '../without-claims.js';

const told = JSON.parse(process.argv[2] ?? '{}') as {
  mongodbUri: string;
  secret: string;
  /** By how much its clock is ahead. */
  aheadMs: number;
  withoutClaims?: boolean;
};

/** At the n-th call of this name, as `claim save`. */
export interface Death {
  at: string;
  nth: number;
  afterCall: boolean;
}

const log = createLog('silent');
await connectDatabase({ mongodbUri: told.mongodbUri, dataDir: os.tmpdir(), log });
const app = createApp({
  config: loadConfig({ APP_SECRET: told.secret, NODE_ENV: 'production' }),
  log,
  queue: { add: () => Promise.resolve() },
  now: () => new Date(Date.now() + told.aheadMs),
});
if (told.withoutClaims) switchClaimsOff();
const server = createServer(app);
// On a busy machine the usual 5 s pass between two requests: the second would find the connection closed.
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));

let death: Death | undefined;
process.on('message', (message: Death) => {
  death = message;
  process.send?.('armed');
});
process.on('disconnect', () => process.exit(0));

async function watched<T>(name: string, call: () => Promise<T>): Promise<T> {
  if (death?.at !== name || --death.nth > 0) return call();
  if (death.afterCall) await call();
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

const exec = mongoose.Query.prototype.exec;
mongoose.Query.prototype.exec = function (this: mongoose.Query<unknown, unknown> & { op: string }) {
  return watched(`${this.model.collection.name} ${this.op}`, () => exec.call(this));
};
const save = mongoose.Model.prototype.$save;
mongoose.Model.prototype.$save = function (this: mongoose.Document, ...args: unknown[]) {
  return watched(`${this.collection.name} save`, () => save.apply(this, args as never));
} as typeof save;
const bulkWrite = mongoose.Model.bulkWrite;
// Each write of a call counts: the database may have done some of them when the process dies.
mongoose.Model.bulkWrite = async function (this: typeof mongoose.Model, writes: unknown[], options: object) {
  const name = `${this.collection.name} write`;
  if (death?.at !== name) return bulkWrite.call(this, writes as never, options);
  for (const write of writes) await watched(name, () => bulkWrite.call(this, [write] as never, options));
  throw new Error('the death that was ordered did not come');
};

type Together = (this: mongoose.Connection, writes: OneOfMany[], options: object) => Promise<unknown>;
interface OneOfMany {
  model: typeof mongoose.Model;
}
const connection = mongoose.Connection.prototype as unknown as { bulkWrite: Together };
const together = connection.bulkWrite;
// Writes to several collections count one by one, too.
connection.bulkWrite = async function (writes, options) {
  const nameOf = ({ model }: OneOfMany) => `${model.collection.name} write`;
  if (!writes.some((write) => nameOf(write) === death?.at)) return together.call(this, writes, options);
  for (const write of writes) await watched(nameOf(write), () => together.call(this, [write], options));
  throw new Error('the death that was ordered did not come');
};
