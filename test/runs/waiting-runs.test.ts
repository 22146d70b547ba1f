import assert from 'node:assert/strict';
import { Types, type Model } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import type { Run } from '../../server/models/run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import type { Timing } from '../../server/runs/engine/timing.js';
import { countTries, takeRun } from '../../server/runs/engine/take-run.js';
import { resumeRuns } from '../../server/sync/nights/resume-runs.js';
import { runRoster } from '../../server/sync/runs/run-roster.js';
import { runSync } from '../../server/sync/runs/run-sync.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { stopSync } from '../../server/sync/runs/stop-sync.js';
import { asApp } from '../support/scans.js';
import { makeEvent, runNow, startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { AT_ONCE } from '../support/roster/take-over.js';

const NIGHT = '2026-12-01';
const QUICK: Timing = { heartbeatMs: 10, staleMs: 60_000 };
const never = new AbortController().signal;
const by = new Types.ObjectId();
const rosterRuns = RosterRun as unknown as Model<Run>;

describe('a sync run that waits for its part of the account’s roster', () => {
  let district: TestDistrict;
  let first: Types.ObjectId;
  let second: Types.ObjectId;
  let other: Types.ObjectId;

  beforeEach(async () => {
    district = await startSyncedDistrict({ students: 40 });
    const { sync } = await Event.findById(district.event).orFail().lean();
    other = await makeEvent(district.account, sync, 'Spring conferences');
    first = await ask(district.event);
    second = await ask(other);
    district.test.asked.length = 0;
  });
  afterEach(() => district.close());

  async function ask(id: Types.ObjectId): Promise<Types.ObjectId> {
    const account = await Account.findById(district.account).orFail().lean();
    const event = await Event.findById(id).orFail().lean();
    const started = await startSync(district.deps, { account, event, trigger: 'nightly', night: NIGHT });
    assert.ok(started.ok);
    return started.run;
  }
  const runOf = (id: Types.ObjectId) => SyncRun.findById(id).orFail().lean();
  const partOf = async (id: Types.ObjectId) => district.refreshOf(await runOf(id));
  const begin = (id: Types.ObjectId) => asApp(() => runSync(district.deps, id.toHexString(), never, QUICK));
  const refresh = async (id: Types.ObjectId) => {
    const { _id } = await partOf(id);
    return asApp(() => runRoster(district.deps, _id.toHexString(), never, QUICK));
  };
  const stop = (event: Types.ObjectId) =>
    asApp(() => stopSync(district.deps, { account: district.account, events: [event], by }));
  const asked = () => district.test.asked.map(({ name, key }) => `${name} ${key}`);

  it('has no worker meanwhile, and continues without another attempt when that part is done', async () => {
    await begin(first);
    await begin(second);
    const part = await partOf(first);
    assert.equal(part.state, 'queued');
    assert.deepEqual(asked(), [`run-refresh ${String(part._id)}`, `run-refresh ${String(part._id)}`]);
    await begin(first);
    assert.ok((await runOf(first)).waitsFor, 'not before it is done');
    district.test.asked.length = 0;
    await refresh(first);
    assert.deepEqual(asked().sort(), [`run-sync ${String(first)}`, `run-sync ${String(second)}`].sort());
    // It is asked for twice and done once.
    await Promise.all([begin(first), begin(first), begin(second)]);
    for (const id of [first, second]) {
      const run = await runOf(id);
      assert.deepEqual([run.state, run.waitsFor, countTries(run)], ['done', undefined, 1]);
      assert.ok(!run.remarks.some(({ code }) => code === 'done again'));
    }
    assert.equal(await RosterRun.countDocuments({ night: NIGHT }), 1);
  });

  it('is not lost if the process dies before it has queued the part, or before it has reported its end', async () => {
    await begin(first);
    const part = await partOf(first);
    await SyncRun.deleteOne({ _id: second });
    district.test.asked.length = 0;
    assert.equal(await asApp(() => resumeRuns(district.deps, AT_ONCE)), 1);
    assert.deepEqual(asked(), [`run-refresh ${String(part._id)}`]);
    await refresh(first);
    district.test.asked.length = 0;
    assert.equal(await asApp(() => resumeRuns(district.deps, AT_ONCE)), 1);
    assert.deepEqual(asked(), [`run-sync ${String(first)}`]);
    await begin(first);
    assert.equal((await runOf(first)).state, 'done');
  });

  it('keeps waiting if the worker of its part is lost, and another one does it', async () => {
    await begin(first);
    await takeRun(rosterRuns, (await partOf(first))._id, QUICK, new Date());
    await SyncRun.deleteOne({ _id: second });
    assert.equal(await asApp(() => resumeRuns(district.deps, QUICK)), 0, 'not while it lives');
    assert.equal(await asApp(() => resumeRuns(district.deps, AT_ONCE)), 1);
    await runNow(district.deps, first, AT_ONCE);
    const run = await runOf(first);
    assert.deepEqual([run.state, run.fence, (await partOf(first)).fence], ['done', 1, 2]);
  });

  it('that is stopped leaves its part to others that wait for it; the last one stops the part too', async () => {
    await begin(first);
    await begin(second);
    await takeRun(rosterRuns, (await partOf(first))._id, QUICK, new Date());
    await stop(district.event);
    const stopped = await runOf(first);
    assert.deepEqual(
      [stopped.state, stopped.result, stopped.waitsFor],
      ['stopped', { code: 'stopped' }, undefined],
    );
    assert.equal((await partOf(second)).stopRequested, false);
    await stop(other);
    assert.equal((await partOf(second)).stopRequested, true);
  });

  it('that joins a part which is just being stopped still gets it done', async () => {
    await begin(first);
    const part = await partOf(first);
    await takeRun(rosterRuns, part._id, QUICK, new Date());
    await stop(district.event);
    await begin(second);
    await asApp(() => runRoster(district.deps, part._id.toHexString(), never, AT_ONCE));
    assert.equal((await partOf(second)).state, 'stopped');
    await runNow(district.deps, second);
    assert.deepEqual([(await runOf(second)).state, (await partOf(second)).state], ['done', 'done']);
  });

  it('a part that lost its worker and that nobody needs does not keep another one from beginning', async () => {
    await begin(first);
    const { _id } = await partOf(first);
    await takeRun(rosterRuns, _id, QUICK, new Date());
    await SyncRun.deleteMany({ _id: { $in: [first, second] } });
    await asApp(() => runRoster(district.deps, _id.toHexString(), never, QUICK));
    assert.equal((await RosterRun.findById(_id).lean())?.state, 'running', 'not while it lives');
    await asApp(() => runRoster(district.deps, _id.toHexString(), never, AT_ONCE));
    assert.equal((await RosterRun.findById(_id).lean())?.state, 'stopped');
    assert.equal((await district.sync()).state, 'done');
  });

  it('keeps its event’s place: no other run comes between the two parts of an undo', async () => {
    await runNow(district.deps, first);
    district.sandbox.advanceNight();
    const last = await district.sync();
    const undo = await undoRun(district.deps, last, { by, reason: '', whole: true, stopNightly: false });
    assert.ok(undo.ok);
    await begin(undo.run);
    const { waitsFor } = await runOf(undo.run);
    assert.ok(waitsFor);
    const later = await district.sync();
    assert.equal(later.state, 'queued');
    await runNow(district.deps, undo.run);
    assert.equal((await runOf(undo.run)).state, 'done');
    assert.equal((await RosterRun.findById(waitsFor).lean())?.state, 'done');
    await runNow(district.deps, later._id);
    assert.equal((await runOf(later._id)).state, 'done');
  });
});
