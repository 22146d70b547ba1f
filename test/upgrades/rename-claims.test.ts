import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { claimRun } from '../../server/runs/engine/claim-run.js';
import { renameClaims } from '../../server/upgrades/rename-claims.js';
import { emptyDatabase } from '../support/hooks.js';

describe('a run of version 0.6.0 that another one follows up', () => {
  beforeEach(emptyDatabase);
  afterEach(emptyDatabase);

  it('is not followed up twice', async () => {
    const by = new Types.ObjectId();
    for (const { collection } of [RosterRun, SyncRun]) {
      const _id = new Types.ObjectId();
      await collection.insertMany([
        { _id, account: new Types.ObjectId(), state: 'done', purpose: 'preview', settledBy: by },
        { _id: by, account: new Types.ObjectId(), state: 'done', purpose: 'apply' },
      ] as never);
      await renameClaims();
      await renameClaims();
      const claimed =
        collection === RosterRun.collection
          ? await claimRun(RosterRun, _id, new Date())
          : await claimRun(SyncRun, _id, new Date());
      assert.equal(claimed, undefined);
    }
  });
});
