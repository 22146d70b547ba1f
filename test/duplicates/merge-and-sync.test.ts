import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { mergeContacts, type Merged } from '../../server/duplicates/merge-contacts.js';
import { keepOfLost } from '../../server/families/keep-appointments.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { asApp } from '../support/scans.js';
import { live } from '../support/roster/crash.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { askAtEachWrite, syncAtWrites } from '../support/roster/exclude-sync.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';

describe('a merge of duplicates and a sync', () => {
  let district: TestDistrict;
  let base: Snapshot;
  let keep: Types.ObjectId;
  let drop: Types.ObjectId;

  before(async () => {
    district = await startSyncedDistrict({ students: 40 });
    const [one, two] = await Contact.find({ type: 'student', status: 'active' }).sort({ _id: 1 }).lean();
    assert.ok(one && two);
    [keep, drop] = [one._id, two._id];
    await noteDuplicates(
      district.account,
      [{ contact: drop, candidate: keep, reason: { code: 'name' } }],
      new Date(),
    );
    // Somebody in a class of theirs changes, so the sync has something to write there.
    district.sandbox.advanceNight();
    base = await takeSnapshot();
  });
  after(() => district.close());

  const merge = (): Promise<Merged> =>
    asApp(() =>
      mergeContacts(
        district.deps,
        { account: district.account, user: new Types.ObjectId() },
        keep,
        drop,
        keepOfLost(district.deps),
      ),
    );

  it('exclude each other: a sync that begins at any step of a merge waits for its end', () =>
    syncAtWrites(
      district,
      base,
      merge,
      async (when) => assert.equal((await Duplicate.findOne().orFail().lean()).state, 'open', when),
      async (when) => {
        assert.equal(await Contact.countDocuments({ _id: drop }), 0, when);
        assert.equal(await Class.countDocuments({ 'synced.students': drop }), 0, when);
        assert.equal(await Contact.countDocuments({ merging: { $exists: true } }), 0, when);
      },
    ));

  it('exclude each other: a merge that is asked for at any step of a sync is refused', async () => {
    await restoreSnapshot(base);
    const reasons = new Set<unknown>();
    await askAtEachWrite(district, async () => {
      const merged = await merge();
      reasons.add(merged.ok || merged.reason);
    });
    assert.deepEqual([...reasons], ['sync is running']);
    assert.ok((await merge()).ok);
  });

  it('do not wait for a merge that was killed, which writes no more and is finished when it is asked for again', async () => {
    await restoreSnapshot(base);
    const { writes } = await live(merge);
    for (const dieAt of [3, Math.floor(writes.length / 2), writes.length - 2]) {
      await restoreSnapshot(base);
      await live(merge, { dieAt });
      const { merge: cut } = await Duplicate.findOne().orFail().lean();
      await Duplicate.updateOne({}, { $set: { 'merge.at': new Date(Date.now() - 31_000) } });
      const run = await district.sync();
      assert.equal(run.state, 'done', run.result?.code);
      assert.ok(cut);
      assert.ok((await Duplicate.findOne().orFail().lean()).merge?.at.getTime() === 0);
      assert.ok((await merge()).ok);
      assert.equal(await Contact.countDocuments({ _id: drop }), 0);
    }
  });
});
