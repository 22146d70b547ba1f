import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Duplicate } from '../../server/models/duplicate.js';
import { RosterChange } from '../../server/models/roster-change.js';
import type { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { RecycledId } from '../support/roster/recycled-id.js';
import { sayRemarks, sayResult } from '../support/say-run.js';

const by = new Types.ObjectId();

describe('a record id that is given to somebody else, in previews and undo', () => {
  let of: RecycledId;
  beforeEach(async () => (of = await RecycledId.begin()));
  afterEach(() => of.close());

  it('shows in a preview, which comes true when it is applied', async () => {
    of.recycle();
    const preview = await of.nights.district.start({ trigger: 'preview', purpose: 'preview' });
    const refresh = await of.nights.district.refreshOf(preview);
    assert.equal(await Duplicate.countDocuments(), 0);
    assert.match(sayRemarks(refresh).join(' '), /1 ID now has a different name/);
    const changes = await RosterChange.find({ run: { $in: [preview._id, refresh._id] } }).lean();
    assert.ok(changes.some(({ kind }) => kind === 'duplicate'));
    assert.ok(!changes.some(({ target }) => target.equals(of.betsy._id)));
    const shown = await of.office.get(`/importer/runs/${String(preview._id)}/changes?q=william`);
    assert.match(shown.text, /William Johns[\s\S]*This ID now has a different name/);
    const applied = await applyRun(of.nights.district.deps, preview, by);
    assert.ok(applied.ok);
    const run = (await of.nights.district.work(applied.run)) as SyncRun;
    assert.equal(run.state, 'done', sayResult(run));
    await of.staysAsItWas();
    assert.equal(await Duplicate.countDocuments({ state: 'open', recycled: 'id' }), 1);
    const again = await of.nights.district.sync();
    assert.deepEqual([again.counts.class?.changed ?? 0, again.counts.class?.added ?? 0], [0, 0]);
  });

  it('is taken off the list when the sync that found it is undone', async () => {
    of.recycle();
    const run = await of.nights.district.sync();
    const started = await undoRun(of.nights.district.deps, run, {
      by,
      reason: 'wrong',
      whole: true,
      stopNightly: false,
    });
    assert.ok(started.ok);
    await of.nights.district.work(started.run);
    await of.staysAsItWas();
    assert.equal(await Duplicate.countDocuments(), 0);
  });

  it('does not move the appointment in a preview', async () => {
    of.recycle();
    const preview = await of.nights.district.start({ trigger: 'preview', purpose: 'preview' });
    assert.equal(preview.counts.appointment?.changed ?? 0, 0, sayResult(preview));
    assert.equal((await of.nights.district.refreshOf(preview)).counts.student?.removed ?? 0, 0);
  });
});
