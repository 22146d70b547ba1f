import { startRuntime } from '../server/runtime.js';
import { startWorker } from './start-worker.js';

/** A process that runs jobs and serves no pages: `npm run worker`. */
const { deps, queue, ending } = await startRuntime();
await ending.begin(startWorker(deps, queue), (worker) => worker.stop());
console.log('Slotbell worker is ready (stop: Ctrl-C).');
