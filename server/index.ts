import { createServer, type Server } from 'node:http';
import { startWorker } from '../jobs/start-worker.js';
import { makeSetupCode } from './accounts/make-first-administrator.js';
import { createApp } from './app.js';
import { startRuntime, stopOnSignal } from './runtime.js';
import { workIsDone } from './web/after-answer.js';

/** How long open streams (progress) may hold up a stop. */
const STREAMS_MS = 3000;

const { database, deps, queue } = await startRuntime();
const worker = deps.config.runJobs ? await startWorker(deps, queue) : undefined;
const server = createServer(createApp(deps));
await listen(server, deps.config.port);
stopOnSignal(async () => {
  await close(server);
  await workIsDone();
  await worker?.stop();
  await database.close();
});

console.log(`Slotbell is ready at ${deps.config.publicUrl} (stop: Ctrl-C).`);
console.log();
const code = await makeSetupCode(deps.now());
if (code) console.log(`\nSet up your school at ${deps.config.publicUrl}/setup with this code: ${code}\n`);

async function listen(http: Server, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(port, resolve);
    });
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    console.error(
      `Slotbell cannot listen on port ${String(port)}${taken ? ': something else does. Set PORT.' : '.'}`,
    );
    process.exit(1);
  }
}

/** Lets requests under way finish, and takes no new ones. */
async function close(http: Server): Promise<void> {
  const force = setTimeout(() => {
    http.closeAllConnections();
  }, STREAMS_MS);
  await new Promise<void>((resolve) => {
    http.close(() => {
      resolve();
    });
    http.closeIdleConnections();
  });
  clearTimeout(force);
}
