import { startRuntime, stopOnSignal } from '../server/runtime.js';
import { startWorker } from './start-worker.js';

/** A process that runs jobs and serves no pages: `npm run worker`. */
const { database, deps, queue } = await startRuntime();
const worker = await startWorker(deps, queue);
console.log('Slotbell worker is ready (stop: Ctrl-C).');
stopOnSignal(deps.config, async () => {
  await worker.stop();
  await database.close();
});
