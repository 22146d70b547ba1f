import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { rm } from 'node:fs/promises';
import { createQueue } from '../../jobs/queue.js';
import { startWorker } from '../../jobs/start-worker.js';
import { makeSetupCode } from '../accounts/make-first-administrator.js';
import { createApp } from '../app.js';
import { createCleverClient } from '../clever/client.js';
import { startSandbox, type Sandbox } from '../sandbox/start-sandbox.js';
import { loadConfig } from '../config.js';
import { connectDatabase } from '../database/connect.js';
import type { Deps } from '../deps.js';
import { createLog } from '../log.js';
import { prepareDatabase } from '../upgrades/prepare-database.js';

export interface DemoOptions {
  /** The usual port; if it is taken, the next free one above is used. */
  port: number;
  /** Everything of a demo is in a folder below, named after its port and made anew at each start. */
  folder: string;
  /** Another server with Clever's protocol instead of the sandbox district. */
  clever?: { url: string; token: string };
  /** Whether the district has difficult names, as in tests. */
  hostile?: boolean;
}

/** Slotbell as it runs for a school, in this process, with a district of its own. */
export interface Demo {
  url: string;
  port: number;
  /** Protects the setup page. */
  setupCode: string;
  clever: { url: string; token: string };
  sandbox: Sandbox | undefined;
  deps: Deps;
  /** Moves the app's clock to this moment; it runs on from there. */
  setClock(to: Date): void;
  /** Runs one of the schedule's recurring jobs now, through the queue. */
  runNow(job: string): Promise<void>;
  stop(): Promise<void>;
}

const PORTS_TRIED = 50;

/** Starts sandbox, engine, app and worker in this order; `stop` ends them in reverse. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const server = createServer();
  const port = await listen(server, options.port);
  const dataDir = path.join(options.folder, String(port));
  await rm(dataDir, { recursive: true, force: true });

  const sandbox = options.clever ? undefined : await startSandbox({ plainNames: !options.hostile });
  const clever = options.clever ?? { url: sandbox?.url ?? '', token: sandbox?.token ?? '' };
  const config = loadConfig({
    PORT: String(port),
    DATA_DIR: dataDir,
    CLEVER_API_URL: clever.url,
    ...(sandbox && { CLEVER_TOKENS_URL: sandbox.tokensUrl }),
    NODE_ENV: 'production',
  });
  const log = createLog('warn');
  const database = await connectDatabase({ dataDir, log });
  await prepareDatabase();

  let ahead = 0;
  const queue = createQueue({ processEveryMs: 500, lockMs: 20_000 });
  const deps: Deps = { config, log, queue, now: () => new Date(Date.now() + ahead), showsMails: true };
  const worker = await startWorker(deps, queue);
  server.on('request', createApp(deps));
  const setupCode = (await makeSetupCode(deps.now())) ?? '';

  return {
    url: config.publicUrl,
    port,
    setupCode,
    clever,
    sandbox,
    deps,
    setClock(to) {
      ahead = to.getTime() - Date.now();
    },
    async runNow(job) {
      await queue.agenda.now(job);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await worker.stop();
      await database.close({ stopEngine: true });
      await sandbox?.close();
    },
  };
}

/** The id of the district that the demo's token belongs to. */
export async function districtOf(demo: Demo): Promise<string> {
  if (demo.sandbox) return demo.sandbox.districtId;
  const { apiUrl, tokensUrl } = demo.deps.config.clever;
  return (await createCleverClient({ apiUrl, tokensUrl, token: demo.clever.token }).district()).id;
}

async function listen(server: Server, first: number): Promise<number> {
  for (let port = first; port < first + PORTS_TRIED; port++) {
    const taken = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') resolve(true);
        else reject(error);
      });
      server.listen(port, () => {
        server.removeAllListeners('error');
        resolve(false);
      });
    });
    if (!taken) return port;
    server.removeAllListeners('error');
  }
  throw new Error(`No port between ${String(first)} and ${String(first + PORTS_TRIED)} is free.`);
}
