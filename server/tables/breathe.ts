import { setImmediate } from 'node:timers/promises';

/** Lets whatever else the process has to do come to its turn: pages are served beside. */
export async function breathe(): Promise<void> {
  await setImmediate();
}
