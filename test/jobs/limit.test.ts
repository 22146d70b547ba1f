import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createQueue } from '../../jobs/queue.js';
import { startWorker } from '../../jobs/start-worker.js';
import { createTestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

describe('a job that hangs', () => {
  it('is told to stop, given up, and begun anew when its time comes again', async () => {
    await emptyDatabase();
    const { deps } = createTestApp({ DATA_DIR: '/nonexistent' });
    const queue = createQueue({ processEveryMs: 50, lockMs: 2000 });
    let begun = 0;
    let wereTold = 0;
    const again = new AbortController();
    const hanging = {
      name: 'hanging',
      everyMs: 100,
      run: (_deps: unknown, signal: AbortSignal): Promise<void> => {
        signal.addEventListener('abort', () => wereTold++);
        if (++begun === 2) again.abort();
        return new Promise(() => undefined);
      },
    };
    const worker = await startWorker(deps, queue, { limitMs: 100, oneShots: {}, recurring: [hanging] });
    try {
      if (!again.signal.aborted) await once(again.signal, 'abort');
    } finally {
      await worker.stop();
    }
    assert.ok(wereTold >= 1);
  });
});
