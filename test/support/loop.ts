import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the loop is looked at, in ms. */
const EVERY = 5;

/**
 * How long, in ms, the event loop of this process was held at a stretch while `work` went on. It is the loop that is measured, not how long
 * an answer takes: whatever waits for the database or for another process counts nothing.
 */
export async function loopHeldBy(work: () => Promise<unknown>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: EVERY });
  delays.enable();
  await work();
  // What was held until now is noted when the loop comes round.
  await new Promise((resolve) => setTimeout(resolve, 2 * EVERY));
  delays.disable();
  return Math.round(delays.max / 1e6);
}
