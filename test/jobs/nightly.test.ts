import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createQueue, type AgendaQueue } from '../../jobs/queue.js';
import { startWorker, type Worker } from '../../jobs/start-worker.js';
import type { Deps } from '../../server/deps.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { until } from '../support/database/scratch.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';

describe('the nightly sync, by the real queue', () => {
  let district: TestDistrict;
  let queue: AgendaQueue;
  let worker: Worker | undefined;

  beforeEach(async () => {
    district = await startDistrict({ students: 40 });
    await Event.updateOne(
      { _id: district.event },
      { $set: { 'sync.on': true, 'sync.onSince': new Date('2026-10-31T12:00:00Z') } },
    );
    queue = createQueue({ processEveryMs: 100, lockMs: 1000 });
  });
  afterEach(async () => {
    await worker?.stop();
    worker = undefined;
    await district.close();
  });

  /** The worker, on the district's clock. */
  async function start(): Promise<void> {
    const deps: Deps = { ...district.deps, queue };
    worker = await startWorker(deps, queue);
  }
  /** Once a worker has looked for nights to open, whichever of these queues it works on. */
  const ticked = (queues = [queue]) =>
    Promise.race(queues.map(({ agenda }) => once(agenda, 'complete:open-nightly-runs')));
  async function tick(queues = [queue]): Promise<void> {
    const over = ticked(queues);
    await queue.agenda.now('open-nightly-runs');
    await over;
  }
  const done = (count: number) =>
    until(async () => (await SyncRun.countDocuments({ state: 'done' })) === count);
  const nights = async () =>
    (await SyncRun.find({ trigger: 'nightly' }).sort({ night: 1 }).lean()).map(({ night, state }) => [
      night,
      state,
    ]);

  it('opens and does a run when a worker starts after the hour: the machine slept through it', async () => {
    district.test.setNow(new Date('2026-11-24T15:00:00Z'));
    await start();
    await done(1);
    assert.deepEqual(await nights(), [['2026-11-24', 'done']]);
    assert.equal(await Class.countDocuments({ status: 'active' }), district.sandbox.totals().sections);
  });

  it('when 1 AM happens twice, the second one opens nothing; the night after does', async () => {
    district.test.setNow(new Date('2026-11-01T06:00:20Z'));
    await start();
    await done(1);
    assert.deepEqual(await nights(), [['2026-11-01', 'done']]);
    for (const time of ['2026-11-01T06:59:20Z', '2026-11-01T07:00:20Z', '2026-11-01T08:00:20Z']) {
      district.test.setNow(new Date(time));
      await tick();
    }
    assert.deepEqual(await nights(), [['2026-11-01', 'done']]);
    district.test.setNow(new Date('2026-11-02T07:00:20Z'));
    await tick();
    await done(2);
    assert.deepEqual(await nights(), [
      ['2026-11-01', 'done'],
      ['2026-11-02', 'done'],
    ]);
  });

  it('before the hour, and when the sync is off, it opens nothing', async () => {
    district.test.setNow(new Date('2026-11-01T05:59:40Z'));
    const over = ticked();
    await start();
    await over;
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': false } });
    district.test.setNow(new Date('2026-11-01T09:00:00Z'));
    await tick();
    assert.deepEqual(await nights(), []);
  });

  it('two workers on one queue open and do one run', async () => {
    district.test.setNow(new Date('2026-11-24T15:00:00Z'));
    const other = createQueue({ processEveryMs: 100, lockMs: 1000 });
    await start();
    const second = await startWorker({ ...district.deps, queue: other }, other);
    try {
      await done(1);
      await tick([queue, other]);
    } finally {
      await second.stop();
    }
    assert.equal(await SyncRun.countDocuments(), 1);
    assert.equal(district.sandbox.requests().filter((address) => address.includes('/terms')).length, 1);
  });
});
