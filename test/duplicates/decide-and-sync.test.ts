import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { keepBoth } from '../../server/duplicates/keep-both.js';
import { Account } from '../../server/models/account.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { Contact, type Contact as Person } from '../../server/models/contact.js';
import { Duplicate, type Identity } from '../../server/models/duplicate.js';
import { decideIdentity, type IdentityDecided } from '../../server/duplicates/decide-identity.js';
import { asApp } from '../support/scans.js';
import { live } from '../support/roster/crash.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { askAtEachWrite, syncAtWrites } from '../support/roster/exclude-sync.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';

describe('a decision about an identity and a sync', () => {
  let district: TestDistrict;
  let base: Snapshot;
  let older: Person;
  let id: string;
  let pair: Types.ObjectId;

  before(async () => {
    district = await startSyncedDistrict({ students: 40 });
    older = await Contact.findOne({ type: 'student', status: 'active' }).sort({ _id: 1 }).orFail().lean();
    id = older.record?.id ?? assert.fail();
    rename('William');
    assert.equal((await district.sync()).state, 'done');
    pair = (await Duplicate.findOne({ recycled: 'id', state: 'open' }).orFail().lean())._id;
    // Others change too, so the sync has something to write.
    district.sandbox.advanceNight();
    base = await takeSnapshot();
  });
  after(() => district.close());

  function rename(first: string): void {
    const was = district.sandbox.read(id) as { roles: { student: object } };
    const roles = { student: { ...was.roles.student, dob: '3/2/2014' } };
    district.sandbox.change(id, { name: { first, middle: '', last: 'Johns' }, roles });
  }

  const decide = (as: Identity = 'different'): Promise<IdentityDecided> =>
    asApp(() =>
      decideIdentity(district.deps, { account: district.account, user: new Types.ObjectId() }, pair, as),
    );
  const age = () =>
    Duplicate.updateOne({ _id: pair }, { $set: { 'deciding.at': new Date(Date.now() - 31_000) } });
  const stored = () => Duplicate.findById(pair).orFail().lean();

  async function isParted(when: string): Promise<void> {
    const now = await Contact.findOne({ 'record.id': id }).orFail().lean();
    assert.deepEqual([now.firstName, now.status], ['William', 'active'], when);
    const before = await Contact.findById(older._id).orFail().lean();
    assert.deepEqual([before.firstName, before.status], [older.firstName, 'transferred'], when);
    assert.deepEqual([(await stored()).state, (await stored()).deciding], ['separate', undefined], when);
  }

  it('exclude each other: a sync that begins at any step of a decision waits for its end', () =>
    syncAtWrites(
      district,
      base,
      decide,
      async (when) => {
        const { state, deciding } = await stored();
        assert.deepEqual([state, deciding], ['open', undefined], when);
      },
      isParted,
    ));

  it('exclude each other: a decision that is asked for at any step of a sync is refused, and leaves one that was cut off as it was', async () => {
    for (const cutOff of [false, true]) {
      await restoreSnapshot(base);
      if (cutOff) assert.ok((await live(decide, { dieAt: 2 })).killed);
      if (cutOff) await age();
      const before = await stored();
      const reasons = new Set<unknown>();
      await askAtEachWrite(district, async () => {
        // The sync has finished it.
        if ((await stored()).state !== 'open') return;
        const decided = await decide();
        reasons.add(decided.ok || decided.reason);
        if ((await stored()).state === 'open') assert.deepEqual((await stored()).deciding, before.deciding);
      });
      assert.deepEqual([...reasons], ['sync is running']);
      if (!cutOff) assert.ok((await decide()).ok);
      await isParted(cutOff ? 'cut off before' : 'asked for after it');
    }
  });

  it('of two at once, one does it; the other is told', async () => {
    await restoreSnapshot(base);
    const others: IdentityDecided[] = [];
    await live(decide, {
      beforeWrite: async (n) => {
        if (n > 1) others.push(await decide(), await decide('same'));
      },
    });
    assert.ok(others.length > 0);
    for (const other of others) assert.deepEqual(other, { ok: false, reason: 'decided already' });
    await isParted('decided by two');
  });

  it('a decision that was cut off is finished by anybody who asks for the same again, once it counts as cut off', async () => {
    await restoreSnapshot(base);
    assert.ok((await live(decide, { dieAt: 4 })).killed);
    assert.deepEqual(await decide(), { ok: false, reason: 'decided already' });
    await age();
    assert.deepEqual(await decide('same'), { ok: false, reason: 'decided already' });
    assert.deepEqual(await decide(), { ok: true });
    await isParted('finished');
  });

  it('somebody who was kept apart while a sync ran is checked again by the next one', async () => {
    await restoreSnapshot(base);
    const [one, other] = await Contact.find({ type: 'teacher', status: 'active' }).sort({ _id: 1 }).lean();
    assert.ok(one && other);
    const listed = {
      contact: one._id,
      candidate: other._id,
      reason: { code: 'name' as const },
      recycled: true,
    };
    await noteDuplicates(district.account, [listed], new Date());
    const { _id } = await Duplicate.findOne({ recycled: 'number' }).orFail().lean();
    const actor = { account: district.account, user: new Types.ObjectId() };
    let nth = 0;
    await live(() => asApp(() => keepBoth(district.deps, actor, [_id])), {
      beforeWrite: async () => {
        nth += 1;
        if (nth === 2) assert.equal((await district.sync()).state, 'done');
      },
    });
    const { clever } = await Account.findById(district.account).orFail().lean();
    assert.equal(clever?.cursor, undefined);
  });

  it('a decision that paused while a sync finished it does not overwrite what the source has said since', async () => {
    await restoreSnapshot(base);
    const { writes } = await live(() => decide('same'));
    const change = writes.indexOf('contact.updateOne') + 1;
    await restoreSnapshot(base);
    await live(() => decide('same'), {
      beforeWrite: async (n) => {
        if (n !== change) return;
        await age();
        assert.equal((await district.sync()).state, 'done');
        rename('Bill');
        assert.equal((await district.sync()).state, 'done');
      },
    });
    rename('William');
    assert.equal((await Contact.findById(older._id).orFail().lean()).firstName, 'Bill');
    assert.equal((await stored()).state, 'merged');
  });
});
