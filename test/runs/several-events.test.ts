import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { openNights } from '../../server/sync/nights/open-nights.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { Account } from '../../server/models/account.js';
import { asApp } from '../support/scans.js';
import { makeEvent, runNow, startDistrict, termsOf, type TestDistrict } from '../support/roster/district.js';
import { sayResult } from '../support/say-run.js';

describe('runs of several events', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startDistrict({ students: 60 });
  });
  afterEach(() => district.close());

  async function queued(event: Types.ObjectId): Promise<Types.ObjectId> {
    const account = await Account.findById(district.account).orFail().lean();
    const found = await Event.findById(event).orFail().lean();
    const started = await startSync(district.deps, { account, event: found, trigger: 'sync now' });
    assert.ok(started.ok);
    return started.run;
  }
  const runOf = (id: Types.ObjectId) => SyncRun.findById(id).orFail().lean();
  const downloads = () => district.sandbox.requests().filter((address) => address.includes('/terms')).length;

  it('events of one account share the download of a night, also when they sync at once', async () => {
    const sync = { schools: district.schools, terms: termsOf(district.sandbox), noTerm: false };
    const other = await makeEvent(district.account, sync, 'Spring conferences');
    await Event.updateMany(
      {},
      { $set: { 'sync.on': true, 'sync.onSince': new Date('2026-11-20T00:00:00Z') } },
    );
    district.test.setNow(new Date('2026-11-24T07:00:30Z'));
    assert.equal(await asApp(() => openNights(district.deps)), 2);
    assert.equal(await openNights(district.deps), 0, 'one run a night');
    const runs = await SyncRun.find({ night: '2026-11-24' }).lean();
    await Promise.all(runs.map(({ _id }) => runNow(district.deps, _id)));
    const after = await SyncRun.find({ night: '2026-11-24' }).lean();
    assert.deepEqual(
      after.map(({ state }) => state),
      ['done', 'done'],
    );
    assert.equal(new Set(after.map(({ refresh }) => String(refresh))).size, 1);
    assert.equal(downloads(), 1);
    assert.ok((await Class.countDocuments({ event: other })) > 100);
  });

  it('two at once with separate downloads do them one after the other', async () => {
    const sync = { schools: district.schools, terms: termsOf(district.sandbox), noTerm: false };
    const other = await makeEvent(district.account, sync, 'Spring conferences');
    const ids = [await queued(district.event), await queued(other)];
    await Promise.all(ids.map((id) => runNow(district.deps, id)));
    const runs = await Promise.all(ids.map(runOf));
    assert.deepEqual(
      runs.map(({ state }) => state),
      ['done', 'done'],
    );
    const [one, two] = await RosterRun.find().sort({ finishedAt: 1 }).lean();
    assert.ok(one?.finishedAt && two?.startedAt && one.finishedAt <= two.startedAt);
  });

  it('a download that failed fails the night’s waiting events with its reason, and a later one tries again', async () => {
    await Event.updateMany({}, { $set: { 'sync.on': true } });
    district.test.setNow(new Date('2026-11-24T07:00:30Z'));
    await openNights(district.deps);
    district.sandbox.misbehave({ match: /schools/, kind: 'redirect', times: 9 });
    const night = await SyncRun.findOne({ night: '2026-11-24' }).orFail().lean();
    await runNow(district.deps, night._id);
    const failed = await runOf(night._id);
    assert.equal(failed.state, 'failed');
    assert.match(sayResult(failed), /to another address/);
    district.sandbox.behave();
    const late = await makeEvent(
      district.account,
      { schools: district.schools, on: true, hour: 2, noTerm: true },
      'Late',
    );
    district.test.setNow(new Date('2026-11-24T08:00:30Z'));
    await openNights(district.deps);
    const second = await SyncRun.findOne({ event: late }).orFail().lean();
    await runNow(district.deps, second._id);
    const done = await runOf(second._id);
    assert.deepEqual([done.state, String(done.refresh)], ['done', String(failed.refresh)]);
  });

  it('no night is opened for an archived event, one whose sync is off, or an account without Clever', async () => {
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': true, status: 'archived' } });
    assert.equal(await openNights(district.deps), 0);
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': false, status: 'active' } });
    assert.equal(await openNights(district.deps), 0);
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': true } });
    await Account.updateOne({ _id: district.account }, { $set: { 'clever.enabled': false } });
    assert.equal(await openNights(district.deps), 0);
    await Account.updateOne({ _id: district.account }, { $set: { 'clever.enabled': true } });
    assert.equal(await openNights(district.deps), 1);
  });
});
