import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { deletePreview } from '../../server/review/previews/delete-preview.js';
import { resumeRuns } from '../../server/sync/nights/resume-runs.js';
import { stopSync } from '../../server/sync/runs/stop-sync.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { asApp } from '../support/scans.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { sayResult } from '../support/say-run.js';

const by = new Types.ObjectId();

describe('every run comes to an end', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startSyncedDistrict({ students: 40 });
  });
  afterEach(() => district.close());

  const isOver = async (): Promise<void> => {
    const open = { state: { $in: ['queued' as const, 'running' as const] } };
    assert.deepEqual(await SyncRun.find(open).lean(), []);
    assert.deepEqual(await RosterRun.find(open).lean(), []);
  };
  const preview = () => district.start({ trigger: 'preview', purpose: 'preview' });
  const apply = async (of: SyncRun) => {
    const applied = await asApp(() => applyRun(district.deps, of, by));
    assert.ok(applied.ok);
    return applied.run;
  };

  it('a preview that no longer fits, with the part of the account’s roster', async () => {
    district.sandbox.advanceNight();
    const planned = await preview();
    await district.sync();
    const run = await district.work(await apply(planned));
    assert.equal(run.state, 'failed');
    assert.match(sayResult(run), /Make a new preview/);
    await isOver();
    const part = await RosterRun.findOne({ purpose: 'apply' }).orFail().lean();
    assert.deepEqual(
      [part.state, sayResult(part)],
      ['stopped', 'Stopped before it started. Nothing was changed.'],
    );
  });

  it('a preview that is discarded while it waits to be applied', async () => {
    district.sandbox.advanceNight();
    const planned = await preview();
    const run = await apply(planned);
    await SyncRun.updateOne({ _id: planned._id }, { $set: { state: 'stopped' } });
    assert.equal((await district.work(run)).state, 'failed');
    await isOver();
    const place = { run: planned, event: undefined } as unknown as Parameters<typeof deletePreview>[1];
    assert.equal(await deletePreview(district.deps, place, by), false);
  });

  it('an undo that comes too late', async () => {
    district.sandbox.advanceNight();
    const first = await district.sync();
    const asked = { by, reason: '', whole: true, stopNightly: false };
    const undo = await asApp(() => undoRun(district.deps, first, asked));
    assert.ok(undo.ok);
    district.sandbox.advanceNight();
    await district.sync();
    const late = await district.work(undo.run);
    assert.equal(late.state, 'failed');
    assert.match(sayResult(late), /Open that one/);
    await isOver();
  });

  it('what is stopped before it has begun', async () => {
    district.sandbox.advanceNight();
    await apply(await preview());
    await asApp(() => stopSync(district.deps, { account: district.account, events: [district.event], by }));
    await isOver();
  });

  it('a part whose run was never asked for, as the process died, and those that older versions left', async () => {
    const at = new Date(Date.now() - 3600_000);
    const waits = { account: district.account, state: 'queued', fence: 0, stopRequested: false };
    await RosterRun.collection.insertMany([
      { ...waits, purpose: 'apply', of: new Types.ObjectId(), createdAt: at },
      { ...waits, purpose: 'undo', of: new Types.ObjectId(), createdAt: at },
    ]);
    await asApp(() => resumeRuns(district.deps));
    await isOver();
  });

  it('and what was asked for just now, or waits for its run, is not ended', async () => {
    district.sandbox.advanceNight();
    const run = await apply(await preview());
    await RosterRun.updateMany({ state: 'queued' }, { $set: { createdAt: new Date(0) } });
    await asApp(() => resumeRuns(district.deps));
    assert.equal((await district.work(run)).state, 'done');
    await isOver();
  });
});
