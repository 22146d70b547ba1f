import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { live } from '../support/roster/crash.js';
import { runNow, startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';
import { takeOver } from '../support/roster/take-over.js';
import { wholeRoster } from '../support/roster/whole-roster.js';

/** How many points are tried, spread over the writes of a night. CRASH_POINTS=1000 tries more, or all. */
const POINTS = Math.max(12, Number(process.env.CRASH_POINTS ?? 0));

describe('a worker killed in a night that goes by the district’s events, while the district stands still', () => {
  let district: TestDistrict;
  let base: Snapshot;
  let undisturbed: unknown;
  let writes = 0;

  before(async () => {
    district = await startSyncedDistrict({ students: 60 });
    for (let night = 0; night < 3; night++) district.sandbox.advanceNight();
    base = await takeSnapshot();
    const run = await ask();
    writes = (await live(() => runNow(district.deps, run))).writes.length;
    assert.equal((await RosterRun.findOne({ how: 'events' }).lean())?.state, 'done');
    undisturbed = await wholeRoster();
  });
  after(() => district.close());

  async function ask(): Promise<Types.ObjectId> {
    const account = await Account.findById(district.account).orFail().lean();
    const event = await Event.findById(district.event).orFail().lean();
    const started = await startSync(district.deps, {
      account,
      event,
      trigger: 'nightly',
      night: '2026-11-30',
    });
    assert.ok(started.ok);
    return started.run;
  }

  for (let index = 1; index <= POINTS; index++) {
    const half = index % 3 === 0;
    it(`${String(index)} of ${String(POINTS)}${half ? ', a batch by half' : ''}: the roster is the district’s when another has ended it`, async () => {
      await restoreSnapshot(base);
      const run = await ask();
      const dieAt = Math.ceil((index * writes) / POINTS);
      assert.ok((await live(() => runNow(district.deps, run), { dieAt, half })).killed);
      await takeOver(district);
      assert.deepEqual(await wholeRoster(), undisturbed);
    });
  }
});
