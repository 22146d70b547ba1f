import assert from 'node:assert/strict';
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Types } from 'mongoose';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { openNightlyRuns } from '../../jobs/open-nightly-runs.js';
import { wipeOldDownloads } from '../../server/sync/nights/resume-runs.js';
import type { Timing } from '../../server/runs/engine/timing.js';
import { takeRun } from '../../server/runs/engine/take-run.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { Account } from '../../server/models/account.js';
import { asApp } from '../support/scans.js';
import { driveSync } from '../support/roster/drive-run.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';

const QUICK: Timing = { heartbeatMs: 10, staleMs: 60_000 };
/** Every worker counts as silent at once. */
const AT_ONCE: Timing = { heartbeatMs: 60_000, staleMs: -60_000 };

describe('what runs have downloaded', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startDistrict({ students: 60 });
  });
  afterEach(() => district.close());

  it('at boot, downloads of killed workers are wiped and those at work are kept', async () => {
    const tmp = path.join(district.deps.config.dataDir, 'tmp');
    const run = await RosterRun.create({ account: district.account, state: 'queued', createdAt: new Date() });
    await takeRun(RosterRun, run._id, QUICK, new Date());
    const mine = `${run._id.toHexString()}.1`;
    const uploads = ['upload-new', 'upload-old'];
    for (const name of [
      mine,
      `${run._id.toHexString()}.0`,
      `${new Types.ObjectId().toHexString()}.1`,
      ...uploads,
    ]) {
      await mkdir(path.join(tmp, name), { recursive: true });
      await writeFile(path.join(tmp, name, 'students.json'), '{}');
    }
    const hoursAgo = district.deps.now().getTime() / 1000 - 2 * 3600;
    await utimes(path.join(tmp, 'upload-old'), hoursAgo, hoursAgo);
    await asApp(() => wipeOldDownloads(district.deps, QUICK));
    assert.deepEqual((await readdir(tmp)).sort(), [mine, 'upload-new'].sort());
    await wipeOldDownloads(district.deps, AT_ONCE);
    assert.deepEqual(await readdir(tmp), ['upload-new']);
    await rm(path.join(tmp, 'upload-new'), { recursive: true });
  });

  it('those of a killed worker go while another one is at work, without a start', async () => {
    const left = path.join(district.deps.config.dataDir, 'tmp', `${new Types.ObjectId().toHexString()}.1`);
    await mkdir(left, { recursive: true });
    await writeFile(path.join(left, 'students.json'), '{}');
    await asApp(() => openNightlyRuns.run(district.deps, new AbortController().signal));
    await assert.rejects(stat(left));
  });

  it('keeps downloads readable by this account of the host alone', async () => {
    const asked = district.sandbox.nextRequest(/role=contact/);
    const account = await Account.findById(district.account).orFail().lean();
    const event = await Event.findById(district.event).orFail().lean();
    const started = await startSync(district.deps, { account, event, trigger: 'sync now' });
    assert.ok(started.ok);
    district.sandbox.misbehave({ match: /role=contact/, kind: 'slow' });
    const ending = new AbortController();
    const working = driveSync(district.deps, started.run.toHexString(), {
      stopping: ending.signal,
      timing: QUICK,
    });
    await asked;
    const tmp = path.join(district.deps.config.dataDir, 'tmp');
    const [folder = ''] = await readdir(tmp);
    assert.equal((await stat(path.join(tmp, folder))).mode & 0o777, 0o700);
    assert.equal((await stat(path.join(tmp, folder, 'students.json'))).mode & 0o777, 0o600);
    ending.abort();
    await working;
  });
});
