import { startRuntime, stopOnSignal } from '../server/runtime.js';
import { startWorker } from './start-worker.js';

/** A process that runs jobs and serves no pages: `npm run worker`. */
const { database, deps, queue } = await startRuntime();
const worker = startWorker(deps, queue);
// Jobs run already while the worker starts: a process that is told to end then waits for them too.
stopOnSignal(deps.config, async () => {
  await (await worker).stop();
  await database.close();
});
await worker;
console.log('Slotbell worker is ready (stop: Ctrl-C).');
