import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Types } from 'mongoose';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { decideWithheldOfAccount } from '../../server/review/run/decide-withheld.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { prepareDatabase } from '../../server/upgrades/prepare-database.js';
import { startFaultyProxy, writeOf } from '../support/faulty-proxy.js';
import { testDatabaseUri } from '../support/hooks.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { restoreSnapshot, takeSnapshot } from '../support/snapshot.js';
import { takeOver } from '../support/roster/take-over.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { startWorkerProcess } from '../support/jobs/worker-process.js';

const by = new Types.ObjectId();

describe('a worker killed in the middle of what somebody decided', () => {
  let district: TestDistrict;
  before(async () => {
    district = await startSyncedDistrict({ students: 600 });
    // Else the worker does so at its start, which writes to contacts, too.
    await prepareDatabase();
    for (let index = 0; index < 100; index += 1)
      district.sandbox.removeStudent(district.sandbox.idOf('student', index));
  });
  after(() => district.close());

  const last = () => SyncRun.findOne().sort({ createdAt: -1 }).orFail().lean();
  const decisions: [string, () => Promise<{ ok: boolean; run?: Types.ObjectId }>][] = [
    [
      'a preview that is applied',
      async () =>
        applyRun(district.deps, await district.start({ trigger: 'preview', purpose: 'preview' }), by),
    ],
    [
      'an undo',
      async () => undoRun(district.deps, await last(), { by, reason: '', whole: true, stopNightly: false }),
    ],
    [
      'withheld removals that are accepted',
      async () => {
        const refresh = await district.refreshOf(await district.sync());
        return decideWithheldOfAccount(district.deps, refresh, { verdict: 'accept', by, reason: '' });
      },
    ],
  ];
  for (const [what, ask] of decisions)
    it(`${what}: another ends it as if nothing had been`, async () => {
      const { run } = await ask();
      assert.ok(run);
      const asked = await takeSnapshot();
      const before = await wholeRoster();
      await takeOver(district);
      const undisturbed = await wholeRoster();
      assert.notDeepEqual(undisturbed, before);
      await restoreSnapshot(asked);
      const model = ((await RosterRun.exists({ _id: run })) ? RosterRun : SyncRun) as typeof RosterRun;
      const stateOf = async () => (await model.findById(run, { state: 1 }).orFail().lean()).state;
      const proxy = await startFaultyProxy(testDatabaseUri());
      // Held there, it does not come to its end before it is killed, however busy the machine is.
      const reached = proxy.holdAfter(writeOf('contact'));
      const worker = startWorkerProcess(district, { env: { MONGODB_URI: proxy.uri } });
      try {
        await reached;
      } finally {
        worker.kill('SIGKILL');
        await once(worker, 'exit');
        await proxy.close();
      }
      assert.equal(await stateOf(), 'running');
      await takeOver(district);
      assert.equal(await stateOf(), 'done');
      assert.deepEqual(await wholeRoster(), undisturbed);
    });
});
