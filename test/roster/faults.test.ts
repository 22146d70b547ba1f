import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Types } from 'mongoose';
import { CleverError } from '../../server/clever/explain-failure.js';
import type { CleverFailure } from '../../server/models/clever-fault.js';
import { Account } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { openNights } from '../../server/sync/nights/open-nights.js';
import { resumeRuns } from '../../server/sync/nights/resume-runs.js';
import { nextTry } from '../../server/runs/engine/put-off.js';
import { sayRun } from '../../server/runs/show/show-run.js';
import { stopSync } from '../../server/sync/runs/stop-sync.js';
import { seal } from '../../server/seal.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { withFullDisk } from '../support/full-disk.js';
import { asApp } from '../support/scans.js';
import { makeEvent, runNow, startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { wholeRoster } from '../support/roster/whole-roster.js';

/** A refusal because the rate limit is used up lasts an hour: longer than a run waits. */
const LONG = { limit: 1_000_000, windowMs: 3600_000 };
const ONE_AM = new Date('2026-11-24T07:00:30Z');
const later = (minutes: number) => new Date(ONE_AM.getTime() + minutes * 60_000);

describe('faults of a sync', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startSyncedDistrict({ students: 40, rateLimit: LONG }, { CLEVER_PAGE_SIZE: '15' });
  });
  afterEach(() => district.close());

  const gone = () => Contact.countDocuments({ status: 'transferred' });
  const leave = (index: number) => {
    district.sandbox.removeStudent(district.sandbox.idOf('student', index));
  };

  it('a full disk: the run says so, nothing is changed, and the next run succeeds', async () => {
    leave(1);
    const run = await withFullDisk(() => district.sync());
    assert.equal(run.state, 'failed');
    assert.match(sayResult(run), /data folder: its disk is full\. Nothing was changed\./);
    assert.equal(await gone(), 0);
    assert.deepEqual(await readdir(path.join(district.deps.config.dataDir, 'tmp')), []);
    assert.equal((await district.sync()).state, 'done');
    assert.ok((await gone()) > 0);
  });

  describe('a night that finds Clever away', () => {
    let night: Types.ObjectId;
    beforeEach(async () => {
      await Event.updateMany({}, { $set: { 'sync.on': true } });
      district.test.setNow(ONE_AM);
      await asApp(() => openNights(district.deps));
      night = (await SyncRun.findOne({ night: '2026-11-24' }).orFail().lean())._id;
      district.sandbox.misbehave({ match: /v3/, kind: '429', times: 99 });
    });
    const run = () => SyncRun.findById(night).orFail().lean();

    it('tries again after 15 minutes, as the same run, and says so', async () => {
      leave(1);
      await runNow(district.deps, night);
      const waiting = await run();
      assert.deepEqual([waiting.state, waiting.retryAt], ['queued', later(15)]);
      assert.equal(
        sayRun(waiting, { timeZone: 'America/Chicago', locale: 'en-US' }, ONE_AM),
        'Clever didn’t answer. The next try is at 1:15 AM.',
      );
      district.sandbox.behave();
      assert.equal(await asApp(() => resumeRuns(district.deps)), 0, 'nobody is asked before its time');
      await runNow(district.deps, night);
      assert.equal((await run()).state, 'queued');
      district.test.setNow(later(15));
      assert.equal(await resumeRuns(district.deps), 1);
      await runNow(district.deps, night);
      const done = await run();
      assert.equal(done.state, 'done');
      assert.doesNotMatch(sayRemarks(done).join(), /was cut off/);
      assert.equal(await SyncRun.countDocuments({ night: '2026-11-24' }), 1);
      assert.equal(await RosterRun.countDocuments({ night: '2026-11-24' }), 1);
      assert.equal(await Contact.countDocuments({ type: 'student', status: 'transferred' }), 1);
    });

    it('fails with the reason after the third further try', async () => {
      const before = await wholeRoster();
      for (const minutes of [0, 15, 45, 105]) {
        district.test.setNow(later(minutes));
        await runNow(district.deps, night);
      }
      const failed = await run();
      assert.equal(failed.state, 'failed');
      assert.match(sayResult(failed), /isn’t taking more requests/);
      assert.deepEqual(await wholeRoster(), before);
    });

    it('is put off for every event that shares its download', async () => {
      const { sync } = await Event.findById(district.event).orFail().lean();
      const other = await makeEvent(district.account, { ...sync, on: true }, 'Spring conferences');
      await openNights(district.deps);
      await runNow(district.deps, night);
      const second = await SyncRun.findOne({ event: other }).orFail().lean();
      await runNow(district.deps, second._id);
      assert.deepEqual((await SyncRun.findById(second._id).lean())?.retryAt, later(15));
      district.sandbox.behave();
      district.test.setNow(later(16));
      await Promise.all([night, second._id].map((id) => runNow(district.deps, id)));
      assert.deepEqual(await SyncRun.distinct('state', { night: '2026-11-24' }), ['done']);
      assert.equal(await RosterRun.countDocuments({ night: '2026-11-24' }), 1);
    });

    it('ends when somebody stops it meanwhile', async () => {
      await runNow(district.deps, night);
      await stopSync(district.deps, {
        account: district.account,
        events: [district.event],
        by: new Types.ObjectId(),
      });
      assert.equal((await run()).state, 'stopped');
      district.sandbox.behave();
      district.test.setNow(later(15));
      assert.equal(await resumeRuns(district.deps), 0);
    });

    it('does not keep a run that a person asked for waiting: that one fails at once', async () => {
      const asked = await district.sync();
      assert.equal(asked.state, 'failed');
      assert.match(sayResult(asked), /isn’t taking more requests/);
    });
  });

  describe('what is tried again by itself', () => {
    const faults: [CleverFailure, number | undefined, boolean][] = [
      ['rate-limited', 429, true],
      ['server', 500, true],
      ['server', 503, true],
      ['server', 501, false],
      ['time-out', undefined, true],
      ['connection', undefined, true],
      ['unauthorized', 401, false],
      ['not-approved', undefined, false],
      ['not-json', 200, false],
      ['truncated', 200, false],
    ];
    for (const [kind, status, again] of faults)
      it(`${kind}${status ? ` (${String(status)})` : ''}: ${again ? 'yes' : 'no'}`, () => {
        const error = new CleverError(kind, { what: 'schools', ...(status ? { status } : {}) });
        assert.deepEqual(nextTry({ night: '2026-11-24' }, error, ONE_AM), again ? later(15) : undefined);
        assert.equal(nextTry({}, error, ONE_AM), undefined, 'only of a night');
        assert.equal(nextTry({ night: '2026-11-24', retries: 3 }, error, ONE_AM), undefined);
      });
  });

  describe('the district’s own sync', () => {
    for (const [state, words] of [
      ['paused', /own sync with Clever has been paused since November 20, 2026: what it shares is as of/],
      ['error', /own sync with Clever is failing: what it shares is as of/],
    ] as const)
      it(`${state}: the page says so, changes come in, and every removal waits for a person`, async () => {
        const { sandbox } = district;
        sandbox.change(sandbox.districtId, { state, pause_start: '2026-11-20T00:00:00Z' });
        leave(1);
        sandbox.change(sandbox.idOf('student', 2), { name: { first: 'Nova' } });
        const run = await district.sync();
        assert.equal(run.state, 'done', sayResult(run));
        const refresh = await district.refreshOf(run);
        assert.match(sayRemarks(refresh).join(), words);
        assert.equal(await gone(), 0);
        assert.equal(refresh.counts.student?.withheld, 1);
        assert.equal(await Contact.countDocuments({ firstName: 'Nova' }), 1);
        sandbox.change(sandbox.districtId, { state: 'running' });
        await district.sync();
        assert.equal(await Contact.countDocuments({ type: 'student', status: 'transferred' }), 1);
      });

    it('not shared (403): the sync continues as usual', async () => {
      district.sandbox.misbehave({ match: /districts/, kind: '403', times: 9 });
      leave(1);
      const run = await district.sync();
      assert.equal(run.state, 'done', sayResult(run));
      assert.equal(await Contact.countDocuments({ type: 'student', status: 'transferred' }), 1);
    });
  });

  for (const kind of ['400', '404', '413', '501', 'loop', 'redirect'] as const)
    it(`a list of teachers that breaks off (${kind}) lets nobody go, of no list, before somebody looks`, async () => {
      const { sandbox } = district;
      leave(1);
      sandbox.remove(sandbox.idOf('teacher', 2));
      sandbox.remove(sandbox.idOf('section', 3));
      sandbox.misbehave({ match: /role=teacher.*starting_after/, kind, times: 99 });
      const run = await district.sync();
      assert.equal(run.state, 'done', sayResult(run));
      const refresh = await district.refreshOf(run);
      const { counts } = refresh;
      assert.match(sayRemarks(refresh).join(), /list of teachers was cut short.*No teachers were removed/);
      assert.equal(await gone(), 0);
      assert.deepEqual([counts.student?.withheld, counts.section?.withheld], [1, 1]);
      assert.equal(await Class.countDocuments({ status: 'gone' }), 0);
    });

  describe('with a client id and secret', () => {
    beforeEach(async () => {
      await district.close();
      district = await startSyncedDistrict({ students: 40 }, { CLEVER_PAGE_SIZE: '15' });
      const { sandbox, deps } = district;
      deps.config.clever.tokensUrl = sandbox.tokensUrl;
      const clientSecret = seal(sandbox.clientSecret, deps.config.appSecret);
      await Account.updateOne(
        { _id: district.account },
        { $set: { 'clever.credentials': { kind: 'application', clientId: sandbox.clientId, clientSecret } } },
      );
    });

    it('a token that changes in the middle of a list is read again, and the run ends well', async () => {
      leave(1);
      const asked = district.sandbox.nextRequest(/role=student/).then(() => {
        district.sandbox.rotateToken();
      });
      const run = await district.sync();
      await asked;
      assert.equal(run.state, 'done', sayResult(run));
      assert.deepEqual((await district.refreshOf(run)).remarks, []);
      assert.equal(await Contact.countDocuments({ type: 'student', status: 'transferred' }), 1);
    });

    it('a district that took its approval back: the run fails and says so, and nobody leaves', async () => {
      const before = await wholeRoster();
      district.sandbox.approve(false);
      district.sandbox.rotateToken();
      const run = await district.sync();
      assert.equal(run.state, 'failed');
      assert.match(sayResult(run), /hasn’t approved this application/);
      assert.deepEqual(await wholeRoster(), before);
    });
  });

  it('a clock that is set back in a night opens no second run and takes no living one', async () => {
    await Event.updateMany({}, { $set: { 'sync.on': true, 'sync.onSince': later(-100) } });
    district.test.setNow(ONE_AM);
    assert.equal(await openNights(district.deps), 1);
    const { _id } = await SyncRun.findOne({ night: '2026-11-24' }).orFail().lean();
    // The night after a sync reads by events.
    const asked = district.sandbox.nextRequest(/events|role=student/);
    const working = runNow(district.deps, _id);
    await asked;
    district.test.setNow(later(-90));
    assert.equal(await openNights(district.deps), 0);
    assert.equal(await resumeRuns(district.deps), 0, 'silence is told by the database’s clock');
    await working;
    district.test.setNow(ONE_AM);
    assert.equal(await openNights(district.deps), 0);
    assert.equal((await SyncRun.findById(_id).lean())?.state, 'done');
  });
});
