import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { prepareDatabase } from '../../server/upgrades/prepare-database.js';
import { startFaultyProxy, writeOf } from '../support/faulty-proxy.js';
import { testDatabaseUri } from '../support/hooks.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';
import { restoreSnapshot, takeSnapshot } from '../support/snapshot.js';
import { takeOver } from '../support/roster/take-over.js';
import { wholeRoster, type RosterLine } from '../support/roster/whole-roster.js';
import { startWorkerProcess } from '../support/jobs/worker-process.js';
import { runs, seededRandom } from '../support/seed.js';

/** Of three nights each. */
const SYNCS = runs(2);
/** A run that ended its worker five times is given up. */
const KILLS = 3;

describe('a worker process killed at any moment of its sync, again and again', () => {
  let district: TestDistrict;
  const random = seededRandom();

  before(async () => {
    district = await startDistrict({ students: 400 }, { CLEVER_PAGE_SIZE: '50' });
    await district.sync();
    // Else the worker does so at its start, which writes to contacts, too.
    await prepareDatabase();
  });
  after(() => district.close());

  let nights = 0;

  /** What somebody asks for reads all lists; a night reads the events. */
  async function ask(full: boolean): Promise<Types.ObjectId> {
    const account = await Account.findById(district.account).orFail().lean();
    const event = await Event.findById(district.event).orFail().lean();
    nights += 1;
    const how = full
      ? { trigger: 'sync now' as const }
      : { trigger: 'nightly' as const, night: `night ${String(nights)}` };
    const started = await startSync(district.deps, { account, event, ...how });
    assert.ok(started.ok);
    return started.run;
  }

  const isOver = async (run: Types.ObjectId): Promise<boolean> =>
    (await SyncRun.exists({ _id: run, state: { $in: ['queued', 'running'] } })) === null;

  /** Whoever was killed is known to be so at once, rather than after half a minute. */
  async function makeSilent(): Promise<void> {
    const silent = { $set: { heartbeatAt: new Date(0) } };
    await SyncRun.updateMany({ state: 'running' }, silent);
    await RosterRun.updateMany({ state: 'running' }, silent);
  }

  /** Kills it somewhere in the download, or a while after, where it writes people and classes. */
  async function killSomewhere(worker: ChildProcess): Promise<void> {
    const requests = 1 + Math.floor(random() * 30);
    for (let n = 0; n < requests; n++) {
      const timeout = AbortSignal.timeout(3000);
      await Promise.race([district.sandbox.nextRequest(/v3/), once(timeout, 'abort'), once(worker, 'exit')]);
      if (timeout.aborted || worker.exitCode !== null) break;
    }
    if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, random() * 1500));
    worker.kill('SIGKILL');
    if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
  }

  /** Kills it once it has begun to write people: whoever takes over must not read on from where this one would have ended. */
  async function killAtWrites(): Promise<void> {
    const proxy = await startFaultyProxy(testDatabaseUri());
    const reached = proxy.holdAfter(writeOf('contact'));
    const worker = startWorkerProcess(district, { env: { CLEVER_PAGE_SIZE: '50', MONGODB_URI: proxy.uri } });
    const gone = once(worker, 'exit');
    await Promise.race([reached, gone]);
    assert.equal(worker.exitCode, null);
    worker.kill('SIGKILL');
    await gone;
    await proxy.close();
  }

  for (let sync = 1; sync <= SYNCS; sync++) {
    const full = sync % 2 === 1;
    it(`${String(sync)} of ${String(SYNCS)}, ${full ? 'by all lists' : 'by events'}: the roster is what it would be, and stays so at the next sync`, async () => {
      for (let night = 0; night < 2; night++) district.sandbox.advanceNight();
      const base = await takeSnapshot();
      const whole = await ask(full);
      await takeOver(district);
      const { refresh } = await SyncRun.findById(whole).orFail().lean();
      assert.equal((await RosterRun.findById(refresh).orFail().lean()).how, full ? 'full' : 'events');
      const undisturbed = await wholeRoster();
      await restoreSnapshot(base);

      const run = await ask(full);
      let killed = 0;
      for (; killed < KILLS && !(await isOver(run)); killed++) {
        await makeSilent();
        if (killed === 0) await killAtWrites();
        else await killSomewhere(startWorkerProcess(district, { env: { CLEVER_PAGE_SIZE: '50' } }));
      }
      await takeOver(district);
      assert.equal((await SyncRun.findById(run).orFail().lean()).state, 'done');
      const differs = (await wholeRoster()).map(lineOf);
      assert.deepEqual(differs, undisturbed.map(lineOf));
      await ask(false);
      await takeOver(district);
      assert.deepEqual((await wholeRoster()).map(lineOf), undisturbed.map(lineOf));
    });
  }
});

const lineOf = ({ text }: RosterLine): string => text;
