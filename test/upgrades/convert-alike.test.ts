import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Duplicate } from '../../server/models/duplicate.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { SyncLog } from '../../server/models/sync-log.js';
import { sayNote } from '../../server/runs/log/say-note.js';
import { convertAlike } from '../../server/upgrades/convert-alike.js';
import { emptyDatabase } from '../support/hooks.js';

describe('what two contacts have in common, of version 0.5', () => {
  beforeEach(() => emptyDatabase());

  it('becomes a code on the list, and words that nobody knows stay as they are', async () => {
    const reasons = ['same SIS id', 'same e-mail and last name', 'same birthday cake', { code: 'name' }];
    await Duplicate.collection.insertMany(
      reasons.map((reason, n) => ({ _id: new Types.ObjectId(), pair: String(n), reason })),
    );
    await convertAlike();
    await convertAlike();
    const found = await Duplicate.find().sort({ pair: 1 }).lean();
    assert.deepEqual(
      found.map(({ reason }) => reason),
      [
        { code: 'number', field: 'sis_id' },
        { code: 'email' },
        { code: 'text', text: 'same birthday cake' },
        { code: 'name' },
      ],
    );
    for (const pair of await Duplicate.find()) await pair.validate(['reason']);
  });

  it('becomes one in logs and in what runs noted, which say the same', async () => {
    const run = new Types.ObjectId();
    const note = { code: 'may be known', reason: 'same name and birth date' };
    const pair = { contact: new Types.ObjectId(), candidate: new Types.ObjectId(), reason: note.reason };
    const line = { _id: new Types.ObjectId(), run, note, sourceIds: ['r'] };
    await SyncLog.collection.insertMany([line, { run, note: { code: 'deleted here' }, sourceIds: ['s'] }]);
    const row = { _id: new Types.ObjectId(), run, kind: 'duplicate', target: run, document: pair, note };
    await RosterChange.collection.insertOne(row);
    await convertAlike();
    await convertAlike();
    const changed = await RosterChange.findById(row._id).orFail().lean();
    assert.deepEqual(changed.document, { ...pair, reason: { code: 'birth' } });
    for (const found of [changed, await SyncLog.findById(line._id).orFail().lean()]) {
      assert.deepEqual(found.note, { code: 'may be known', reason: { code: 'birth' } });
      assert.match(sayNote(found), /already have: same name and birth date\. Decide/);
    }
    assert.equal(await SyncLog.countDocuments({ note: { code: 'deleted here' } }), 1);
  });
});
