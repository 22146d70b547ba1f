/**
 * Does what a worker does, over a database connection of which answers are lost: a command whose answer its parent calls lost has waited
 * for half a minute at once, no other has, and its clock goes on by a minute a round, so that leases and locks end soon and never within
 * a round, however slow the machine. Told the name of a file, it writes a backup there and tells how that ended. Whatever goes wrong
 * otherwise than by the database's silence, it tells its parent.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { loadConfig } from '../../../server/config.js';
import { connectDatabase } from '../../../server/database/connect.js';
import { writeBackup } from '../../../server/database/write-backup.js';
import type { Deps } from '../../../server/deps.js';
import { createLog } from '../../../server/log.js';
import { deliverMails } from '../../../server/notifications/deliver-mails.js';
import { resumeRuns } from '../../../server/sync/nights/resume-runs.js';
import { runRoster } from '../../../server/sync/runs/run-roster.js';
import { runSync } from '../../../server/sync/runs/run-sync.js';
import { isPassing } from '../../../server/runs/engine/judge-fault.js';
import { readUpload } from '../../../server/uploads/read-upload.js';
import { resumeUploads } from '../../../server/uploads/resume-uploads.js';

const MINUTE_MS = 60_000;
const TIMING = { heartbeatMs: 100, staleMs: 2000 };

const env = JSON.parse(process.argv[2] ?? '{}') as NodeJS.ProcessEnv;
const config = loadConfig(env);
const log = createLog('silent');
await connectDatabase({ mongodbUri: config.mongodbUri, dataDir: config.dataDir, log });

interface Commands {
  socket: Socket;
  command(this: Commands, ...given: unknown[]): unknown;
}
const fromMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'));
const { Connection } = fromMongoose('mongodb/lib/cmap/connection.js') as {
  Connection: { prototype: Commands };
};
const real = Connection.prototype.command;
/** By their ports on this side. */
const sockets = new Map<number | undefined, Socket>();
Connection.prototype.command = function (...given) {
  sockets.set(this.socket.localPort, this.socket);
  return real.apply(this, given);
};

let now = Date.now();
const asked: [string, string][] = [];
const deps: Deps = {
  config,
  log,
  queue: {
    add: (name, key) => {
      asked.push([name, key]);
      return Promise.resolve();
    },
  },
  now: () => new Date(now),
};
const { signal } = new AbortController();

async function catchFaults(work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!isPassing(error)) process.send?.({ fault: error instanceof Error ? error.stack : String(error) });
  });
}

process.on('message', ({ backup, lost }: { backup?: string; lost?: number }) => {
  sockets.get(lost)?.setTimeout(1);
  if (backup === undefined) return;
  writeBackup(backup).then(
    (counts) => process.send?.({ counts }),
    (error: unknown) => process.send?.({ failed: String(error), passing: isPassing(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

for (;;) {
  await catchFaults(() => resumeRuns(deps, TIMING));
  await catchFaults(() => resumeUploads(deps));
  for (const [name, key] of asked.splice(0)) {
    if (name === 'run-sync') await catchFaults(() => runSync(deps, key, signal, TIMING));
    if (name === 'run-refresh') await catchFaults(() => runRoster(deps, key, signal, TIMING));
    if (name === 'read-upload') await catchFaults(() => readUpload(deps, key, signal));
  }
  await catchFaults(() => deliverMails(deps, signal));
  await new Promise((resolve) => setTimeout(resolve, 50));
  now += MINUTE_MS;
}
