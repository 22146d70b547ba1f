import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** So long, in ms, a reading may go on before others have their turn. */
const TURN_MS = 15;

let since = performance.now();

/** Lets whatever else the process has to do come to its turn: pages are served beside. */
export async function breathe(): Promise<void> {
  await setImmediate();
  since = performance.now();
}

/** Whether others have waited long enough: asked in every loop whose length a file decides. */
export function isDue(): boolean {
  return performance.now() - since > TURN_MS;
}
