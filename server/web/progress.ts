import { setTimeout as delay } from 'node:timers/promises';
import type { Response } from 'express';

/** How often a watched run is read. */
const EVERY_MS = 400;

/**
 * Streams a run's progress as server-sent events until it is done or the reader leaves.
 * @param look returns what to send, and whether it is the last; an unchanged answer is not sent again
 */
export async function sendProgress(
  res: Response,
  look: () => Promise<{ data: unknown; done: boolean }>,
): Promise<void> {
  res.set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  });
  res.flushHeaders();
  const left = new AbortController();
  res.on('close', () => {
    left.abort();
  });
  let last = '';
  let quiet = 0;
  while (!left.signal.aborted) {
    const { data, done } = await look();
    // A process that is about to end has ended the stream meanwhile.
    if (res.writableEnded) return;
    const text = JSON.stringify(data);
    if (text !== last) res.write(`event: ${done ? 'done' : 'progress'}\ndata: ${text}\n\n`);
    else if (++quiet % 40 === 0) res.write(': still here\n\n');
    last = text;
    if (done) break;
    await delay(EVERY_MS, undefined, { signal: left.signal }).catch(() => undefined);
  }
  res.end();
}
