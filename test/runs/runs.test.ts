import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Types, type Model } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import type { Run } from '../../server/models/run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { resumeRuns } from '../../server/sync/nights/resume-runs.js';
import { ActiveRun } from '../../server/runs/engine/active-run.js';
import type { Timing } from '../../server/runs/engine/timing.js';
import { RunHandedBack, RunLost } from '../../server/runs/engine/run-ends.js';
import { takeRun } from '../../server/runs/engine/take-run.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { stopSync } from '../../server/sync/runs/stop-sync.js';
import { Account } from '../../server/models/account.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { asApp } from '../support/scans.js';
import { driveSync } from '../support/roster/drive-run.js';
import { runNow, startDistrict, type TestDistrict } from '../support/roster/district.js';

const QUICK: Timing = { heartbeatMs: 10, staleMs: 60_000 };
/** Every worker counts as silent at once. */
const AT_ONCE: Timing = { heartbeatMs: 60_000, staleMs: -60_000 };
const syncRuns = SyncRun as unknown as Model<Run>;
const never = new AbortController().signal;

describe('sync runs', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startDistrict({ students: 60 });
  });
  afterEach(() => district.close());

  async function queued(event = district.event, keepSynced?: boolean): Promise<Types.ObjectId> {
    const account = await Account.findById(district.account).orFail().lean();
    const found = await Event.findById(event).orFail().lean();
    const started = await startSync(district.deps, {
      account,
      event: found,
      trigger: keepSynced === undefined ? 'sync now' : 'first import',
      ...(keepSynced === undefined ? {} : { keepSynced }),
    });
    assert.ok(started.ok);
    return started.run;
  }
  const runOf = (id: Types.ObjectId) => SyncRun.findById(id).orFail().lean();
  /** The run of the account's roster that it waits for. */
  const partOf = async (id: Types.ObjectId) => {
    const { waitsFor, refresh } = await runOf(id);
    return RosterRun.findById(waitsFor ?? refresh)
      .orFail()
      .lean();
  };
  const downloads = () => district.sandbox.requests().filter((address) => address.includes('/terms')).length;

  it('two workers at once do one run once', async () => {
    const id = await queued();
    await Promise.all([1, 2, 3].map(() => runNow(district.deps, id)));
    assert.equal((await runOf(id)).state, 'done');
    assert.equal((await runOf(id)).fence, 1);
    assert.equal(downloads(), 1);
  });

  it('a worker that was given up on writes nothing more', async () => {
    const id = await queued();
    const first = await takeRun(syncRuns, id, QUICK, new Date());
    assert.ok(first);
    const held = new ActiveRun(syncRuns, first, {
      stages: ['classes'],
      timing: AT_ONCE,
      stopping: never,
      now: () => new Date(),
    });
    await held.begin('classes', 10);
    assert.equal(await takeRun(syncRuns, id, QUICK, new Date()), null, 'not while it lives');
    const second = await takeRun(syncRuns, id, AT_ONCE, new Date());
    assert.equal(second?.fence, 2);
    held.count('class', 'added', 99);
    await assert.rejects(held.step(5), RunLost);
    assert.equal(await held.end('done', { code: 'text', text: 'Wrong.' }), false);
    const now = await runOf(id);
    assert.deepEqual([now.state, now.result, now.counts], ['running', undefined, {}]);
  });

  it('a worker that hangs gives its run up by itself, its heartbeat being one of progress, and another does it', async () => {
    const id = await queued();
    district.sandbox.misbehave({ match: /role=student/, kind: 'slow', times: 9 });
    await driveSync(district.deps, id.toHexString(), { timing: { ...QUICK, quietMs: 2000 } });
    assert.equal((await partOf(id)).state, 'queued');
    district.sandbox.behave();
    await runNow(district.deps, id);
    assert.deepEqual([(await runOf(id)).state, (await partOf(id)).fence], ['done', 2]);
  });

  it('work that never comes to an end is no longer waited for, unless it tells of its wait', async () => {
    const id = await queued();
    const taken = await takeRun(syncRuns, id, QUICK, new Date());
    assert.ok(taken);
    const held = new ActiveRun(syncRuns, taken, {
      stages: [],
      timing: { ...QUICK, quietMs: 20 },
      stopping: never,
      now: () => new Date(),
    });
    const begun = performance.now();
    held.expectWait(200);
    await assert.rejects(held.whileGoing(new Promise(() => undefined)), RunHandedBack);
    held.letGo();
    assert.ok(performance.now() - begun >= 200, 'not before the wait was over');
  });

  it('a sync whose refresh waits for Clever, as it told, is not given up meanwhile', async () => {
    const id = await queued();
    // It is tried again after one second, two, four and eight more: longer than a run may be silent here.
    district.sandbox.misbehave({ match: /role=student/, kind: '503', times: 4 });
    await runNow(district.deps, id, { heartbeatMs: 20, staleMs: 60_000, quietMs: 7500 });
    const run = await runOf(id);
    assert.deepEqual([run.state, run.fence], ['done', 1], sayResult(run));
  });

  it('a run whose worker is silent is asked for again, done from the start, and ends as if nothing had been', async () => {
    const id = await queued();
    await takeRun(syncRuns, id, QUICK, new Date());
    district.test.asked.length = 0;
    assert.equal(await asApp(() => resumeRuns(district.deps, QUICK)), 0, 'not while its heartbeat is fresh');
    assert.equal(await resumeRuns(district.deps, AT_ONCE), 1);
    assert.deepEqual(district.test.asked, [{ name: 'run-sync', key: id.toHexString() }]);
    await driveSync(district.deps, id.toHexString(), { timing: AT_ONCE });
    const run = await runOf(id);
    assert.deepEqual([run.state, run.fence], ['done', 2]);
    assert.match(sayRemarks(run)[0] ?? '', /first attempt was cut off/);
    assert.equal(await Class.countDocuments({ status: 'active' }), district.sandbox.totals().sections);
  });

  it('a run whose workers are told to end again and again, as in a rolling restart, is done all the same', async () => {
    const id = await queued();
    for (let restart = 0; restart < 7; restart++) {
      const stopping = new AbortController();
      const asked = district.sandbox.nextRequest(/v3/);
      const working = driveSync(district.deps, id.toHexString(), {
        stopping: stopping.signal,
        timing: QUICK,
      });
      await asked;
      stopping.abort();
      await working;
      assert.equal((await partOf(id)).state, 'queued');
    }
    await runNow(district.deps, id);
    const run = await runOf(id);
    assert.equal(run.state, 'done', sayResult(run));
    assert.doesNotMatch(sayRemarks(run).join(), /was cut off/);
  });

  it('a run that takes its worker down each time is given up', async () => {
    const id = await queued();
    await SyncRun.updateOne({ _id: id }, { $set: { fence: 5 } });
    await runNow(district.deps, id);
    const run = await runOf(id);
    assert.equal(run.state, 'failed');
    assert.match(sayResult(run), /after 5 failed attempts/);
  });

  it('a stop reaches a run at work; what it brought in stays, and the next run completes it', async () => {
    const user = new Types.ObjectId();
    const id = await queued(district.event, true);
    const asked = district.sandbox.nextRequest(/role=teacher/);
    district.sandbox.misbehave({ match: /role=teacher/, kind: 'slow', times: 9 });
    const working = runNow(district.deps, id, QUICK);
    await asked;
    const stopped = await stopSync(district.deps, {
      account: district.account,
      events: [district.event],
      by: user,
    });
    assert.deepEqual(stopped, { events: 0, runs: 1 });
    await working;
    const run = await runOf(id);
    assert.deepEqual(
      [run.state, sayResult(run)],
      ['stopped', 'Changes made before you stopped it are kept.'],
    );
    assert.equal((await RosterRun.findById(run.refresh).lean())?.state, 'stopped');
    assert.equal(
      (await Event.findById(district.event).lean())?.sync?.on,
      false,
      'the import did not end well',
    );
    assert.deepEqual(await readdir(path.join(district.deps.config.dataDir, 'tmp')), []);
    district.sandbox.behave();
    assert.equal((await district.sync()).state, 'done');
    assert.equal(await Class.countDocuments({ status: 'active' }), district.sandbox.totals().sections);
  });

  it('a worker that ends hands its run back, and another goes on', async () => {
    const id = await queued();
    const ending = new AbortController();
    const asked = district.sandbox.nextRequest(/role=student/);
    district.sandbox.misbehave({ match: /role=student/, kind: 'slow', times: 9 });
    const working = driveSync(district.deps, id.toHexString(), { stopping: ending.signal, timing: QUICK });
    await asked;
    ending.abort();
    await working;
    assert.equal((await partOf(id)).state, 'queued');
    district.sandbox.behave();
    await runNow(district.deps, id);
    assert.equal((await runOf(id)).state, 'done');
    assert.equal(await Contact.countDocuments({ type: 'student' }), 60);
  });

  it('a run waits while another of its event is at work, and is asked for when that is over', async () => {
    const first = await queued(district.event, true);
    const account = await Account.findById(district.account).orFail().lean();
    const event = await Event.findById(district.event).orFail().lean();
    const asked = district.sandbox.nextRequest(/role=student/);
    const working = runNow(district.deps, first);
    await asked;
    const second = await startSync(district.deps, { account, event, trigger: 'sync now' });
    assert.ok(second.ok);
    await runNow(district.deps, second.run);
    assert.equal((await runOf(second.run)).state, 'queued');
    district.test.asked.length = 0;
    await working;
    assert.deepEqual(district.test.asked, [{ name: 'run-sync', key: second.run.toHexString() }]);
  });
});
