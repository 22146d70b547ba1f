import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { createApp } from '../app.js';
import { loadConfig } from '../config.js';
import { connectDatabase } from '../database/connect.js';
import { lacksRight } from '../database/scratch.js';
import type { Deps } from '../deps.js';
import { goFirst } from '../fork-bounded.js';
import { createLog } from '../log.js';
import { prepareDatabase } from '../upgrades/prepare-database.js';
import { DatabaseAway } from './book-family.js';
import type { FromScratch, ToScratch } from './orders.js';
import { sendFamilies } from './send-families.js';

/**
 * The process of a rehearsal: the app on a scratch database, and the families who use it, over HTTP on this machine. It knows no setting
 * of the installation, no mail server and no queue, and ends when the process that started it lets go of it. It may be killed at any moment.
 */
const secret = randomBytes(32).toString('base64url');
const stop = new AbortController();
/** People at the real pages go first. */
const LOW_PRIORITY = 15;

function tell(message: FromScratch, then: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, then);
}

let deps: Deps | undefined;

async function prepare({ uri, dbName, at }: Extract<ToScratch, { order: 'prepare' }>): Promise<void> {
  const log = createLog('silent');
  await connectDatabase({ mongodbUri: uri, dbName, dataDir: os.tmpdir(), log });
  await prepareDatabase();
  const ahead = at - Date.now();
  deps = {
    config: loadConfig({ APP_SECRET: secret, PUBLIC_URL: 'http://127.0.0.1' }),
    log,
    queue: { add: () => Promise.resolve() },
    now: () => new Date(Date.now() + ahead),
  };
  tell({ tells: 'prepared' });
}

async function open(order: Extract<ToScratch, { order: 'open' }>): Promise<void> {
  if (!deps) throw new Error('Nothing is prepared.');
  const server = createServer(createApp(deps) as RequestListener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const outcome = await sendFamilies(order, {
    ...{ origin: `http://127.0.0.1:${String(port)}`, secret, now: deps.now, signal: stop.signal },
    onProgress: (progress) => tell({ tells: 'progress', ...progress }),
  });
  tell({ tells: 'outcome', outcome }, () => process.exit());
}

function fail(error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const isAway =
    error instanceof DatabaseAway ||
    [error, (error as Error | undefined)?.cause].some((one) =>
      /^Mongo(Network|ServerSelection)/.test(nameOf(one)),
    );
  const why = lacksRight(error) ? 'no right' : isAway ? 'database' : 'fault';
  tell({ tells: 'fault', why, stack }, () => process.exit(1));
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

goFirst();
os.setPriority(LOW_PRIORITY);
process.on('message', (message: ToScratch) => {
  if (message.order === 'stop') stop.abort();
  else (message.order === 'prepare' ? prepare(message) : open(message)).catch(fail);
});
process.on('disconnect', () => process.exit());
// The process that started it decides when it ends, even if the terminal or the system signals all processes at once.
process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined);
