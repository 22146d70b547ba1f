import { createServer, type Server } from 'node:http';
import { startWorker } from '../jobs/start-worker.js';
import { makeSetupCode } from './accounts/make-first-administrator.js';
import { createApp } from './app.js';
import type { Config } from './config.js';
import { startRuntime } from './runtime.js';
import { followRequests } from './web/follow-requests.js';
import { workIsDone } from './web/after-answer.js';

/** Longer than a proxy keeps a connection that nobody uses: who closes one first never sends a request into it. */
const KEEP_ALIVE_MS = 75_000;
/** How long a connection that is kept may be idle once the process is told to end. */
const IDLE_MS = 2000;

const CANNOT_LISTEN: Partial<Record<string, string>> = {
  EADDRINUSE: 'another program uses this port. Set PORT',
  EADDRNOTAVAIL: 'this machine has no such address. Set HOST',
  ENOTFOUND: 'this host name is unknown. Set HOST',
  EACCES: 'this user can’t use ports below 1024. Set PORT to 1024 or more',
};

const { deps, queue, ending } = await startRuntime();
const { config } = deps;
const code = await ending.unlessEnding(makeSetupCode(deps.now()));
const server = createServer(createApp(deps));
server.keepAliveTimeout = KEEP_ALIVE_MS;
const leave = followRequests(server);
await ending.begin(listen(server, config), async (_, signal) => {
  // Whoever sits at the terminal has no proxy, and waits.
  const isByHand = signal === 'SIGINT';
  await leave({
    pauseMs: isByHand ? 0 : config.stopPauseMs,
    idleMs: isByHand ? 0 : IDLE_MS,
    longestMs: config.drainMs,
  });
  await workIsDone();
});
// Last: where the start comes to nothing, as the port is taken, no job has begun.
if (config.runJobs) await ending.begin(startWorker(deps, queue), (worker) => worker.stop());

console.log(`Slotbell is ready at ${config.publicUrl} (stop: Ctrl-C).`);
console.log();
if (code) console.log(`\nSet up your school at ${config.publicUrl}/setup with this code: ${code}\n`);

async function listen(http: Server, { port, host }: Pick<Config, 'port' | 'host'>): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen({ port, ...(host ? { host } : {}) }, resolve);
    });
  } catch (error) {
    const place = `${host ? `${host}, ` : ''}port ${String(port)}`;
    const { code = '' } = error as NodeJS.ErrnoException;
    console.error(`Slotbell can’t listen at ${place}: ${CANNOT_LISTEN[code] ?? code}.`);
    process.exit(1);
  }
}
