import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { RosterRun } from '../../server/models/roster-run.js';
import { sayRemarks, sayWhyWithheld } from '../../server/runs/log/say-remark.js';
import { convertRemarks } from '../../server/upgrades/convert-remarks.js';
import { renameHeld } from '../../server/upgrades/rename-held.js';
import { emptyDatabase } from '../support/hooks.js';

const US = { locale: 'en-US' } as const;

describe('remarks of runs of version 0.4.0', () => {
  it('are shown as they were, those too that say why removals wait, and once brought over stay so', async () => {
    await emptyDatabase();
    const held =
      '40 of 150 students are missing at the source and are held until somebody looks, because that is more than a night usually brings. Nothing was removed.';
    const other = 'Clever does not share staff with Slotbell.';
    const _id = new Types.ObjectId();
    await RosterRun.collection.insertMany([
      { _id, account: new Types.ObjectId(), state: 'done', warnings: [other, held], createdAt: new Date() },
      { account: new Types.ObjectId(), state: 'done', warnings: [], createdAt: new Date() },
    ]);
    await convertRemarks();
    await convertRemarks();
    await renameHeld();
    const run = await RosterRun.findById(_id).orFail().lean();
    assert.deepEqual(sayRemarks(run, US), [other, held]);
    assert.deepEqual(sayWhyWithheld(run, US), [held]);
    assert.equal(await RosterRun.collection.countDocuments({ warnings: { $exists: true } }), 0);
  });
});
