import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { endAppointment } from '../../server/booking/end-appointment.js';
import { deleteContacts } from '../../server/contacts/deletion/delete-contacts.js';
import { startDeletion, type DeletionStarted } from '../../server/contacts/deletion/start-deletion.js';
import { Account } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { ContactDeletion } from '../../server/models/contact-deletion.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { live } from '../support/roster/crash.js';
import { runNow, startSyncedDistrict, untilSyncing, type TestDistrict } from '../support/roster/district.js';
import { asApp } from '../support/scans.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';

describe('a deletion of all contacts and a sync', () => {
  let district: TestDistrict;
  let base: Snapshot;

  before(async () => {
    district = await startSyncedDistrict({ students: 40 });
    base = await takeSnapshot();
  });
  beforeEach(() => restoreSnapshot(base));
  after(() => district.close());

  const start = (): Promise<DeletionStarted> =>
    asApp(() =>
      startDeletion(district.deps, {
        account: district.account,
        by: new Types.ObjectId(),
        level: 'event administrator',
        appointments: false,
        planned: {},
      }),
    );
  const work = (id: Types.ObjectId): Promise<void> =>
    asApp(() =>
      deleteContacts(
        district.deps,
        id.toHexString(),
        new AbortController().signal,
        endAppointment(district.deps),
      ),
    );
  const remove = async (): Promise<DeletionStarted> => {
    const started = await start();
    if (started.ok) await work(started.id);
    return started;
  };

  it('exclude each other: a sync that begins at any step of a deletion waits for its end, and then brings everybody in anew', async () => {
    const before = await Contact.countDocuments({ status: 'active' });
    const { writes } = await live(remove);
    const points = new Set([1, 2, 3, 4, Math.floor(writes.length / 2), writes.length - 1, writes.length]);
    let reached = 0;
    for (const nth of points) {
      await restoreSnapshot(base);
      const when = `before write ${String(nth)}: ${String(writes[nth - 1])}`;
      let started: DeletionStarted | undefined;
      const runs: { end?: Promise<SyncRun> } = {};
      await live(async () => (started = await remove()), {
        beforeWrite: async (n) => {
          if (n !== nth) return;
          runs.end = district.sync();
          await untilSyncing();
        },
      });
      // How often a deletion tells of its progress depends on how long it takes: the last writes may not be there again.
      if (!runs.end) continue;
      reached += 1;
      const gone = await ContactDeletion.exists({ state: 'done' });
      const run = await runs.end;
      assert.equal(run.state, 'done', `${when}: ${String(run.result?.code)}`);
      assert.equal(started?.ok ?? false, gone !== null, when);
      if (!started?.ok) assert.equal(started?.reason, 'sync is running', when);
      assert.equal(await Contact.countDocuments({ status: 'active' }), before, when);
      assert.equal((await Class.countDocuments({ event: district.event, status: 'active' })) > 0, true, when);
    }
    assert.ok(reached >= 5);
  });

  it('exclude each other: a deletion that is asked for at any step of a sync is refused', async () => {
    const reasons = new Set<unknown>();
    const run = await district.ask({ trigger: 'sync now' });
    await live(() => runNow(district.deps, run), {
      beforeWrite: async () => {
        if (!(await SyncRun.exists({ _id: run, state: 'running' }))) return;
        const started = await start();
        reasons.add(started.ok || started.reason);
      },
    });
    // Of two that are asked for at the same moment, one may hear of the other before that one is refused.
    reasons.delete('being deleted');
    assert.deepEqual([...reasons], ['sync is running']);
    assert.equal((await SyncRun.findById(run).orFail().lean()).state, 'done');
    assert.equal(await ContactDeletion.countDocuments(), 0);
  });

  it('the next import reads everything and brings everybody as new, with no duplicates and nothing withheld', async () => {
    const before = await Contact.countDocuments();
    const sections = await Section.countDocuments();
    assert.ok((await remove()).ok);
    const account = await Account.findById(district.account).orFail().lean();
    assert.deepEqual(
      [account.clever?.cursor, await Contact.countDocuments(), await Section.countDocuments()],
      [undefined, 0, 0],
    );
    const run = await district.sync();
    const { counts } = await district.refreshOf(run);
    assert.deepEqual([counts.student?.added, counts.student?.withheld ?? 0], [40, 0]);
    assert.deepEqual([await Contact.countDocuments(), await Section.countDocuments()], [before, sections]);
    assert.ok((await Class.countDocuments({ event: district.event, status: 'active' })) > 0);
  });

  it('a deletion whose asker died before it looked looks when it is taken to work', async () => {
    const { writes } = await live(start, { dieAt: 2 });
    assert.deepEqual(writes, ['contactDeletion.insertOne', 'contactDeletion.updateOne']);
    const { _id } = await ContactDeletion.findOne().orFail().lean();
    await ContactDeletion.updateOne({ _id }, { $unset: { retryAt: 1 } });
    const run = await district.ask({ trigger: 'sync now' });
    await SyncRun.updateOne({ _id: run }, { $set: { state: 'running', heartbeatAt: new Date() } });
    await work(_id);
    const ended = await ContactDeletion.findById(_id).orFail().lean();
    assert.deepEqual([ended.state, ended.refused], ['stopped', 'sync is running']);
    assert.ok((await Contact.countDocuments()) > 0);
  });
});
