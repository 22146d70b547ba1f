import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** How long, in ms, a reading may hold the process before other work gets its turn. */
const TURN_MS = 15;

let since = performance.now();

/** Lets the process do its other work: it serves pages at the same time. */
export async function breathe(): Promise<void> {
  await setImmediate();
  since = performance.now();
}

/** Whether other work has waited long enough; checked in every loop whose length depends on a file. */
export function isDue(): boolean {
  return performance.now() - since > TURN_MS;
}
