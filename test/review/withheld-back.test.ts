import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { RosterChange } from '../../server/models/roster-change.js';
import type { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { sayRemarks } from '../support/say-run.js';
import { live } from '../support/roster/crash.js';
import type { TestDistrict } from '../support/roster/district.js';
import { WithheldPeople } from '../support/roster/withheld-people.js';
import { restoreSnapshot, takeSnapshot } from '../support/snapshot.js';
import { decideWithheld } from '../support/roster/decide-withheld.js';

const by = new Types.ObjectId();

describe('somebody who comes back while their removal is withheld', () => {
  let people: WithheldPeople;
  let district: TestDistrict;
  let first: SyncRun;
  beforeEach(async () => {
    people = new WithheldPeople();
    await people.begin();
    ({ district } = people);
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': true } });
  });
  afterEach(() => district.close());

  const student = (index: number) => people.student(index);
  const students = (from: number, to: number) => people.students(from, to).sort();
  const waiting = () => people.waiting();
  const gone = () => people.gone();
  const withhold = async () => {
    people.leave();
    first = await district.sync();
    assert.deepEqual(await waiting(), students(0, 40));
  };
  /** The first 20, whom the list contains before it breaks off. */
  const comeBack = () => {
    for (let index = 19; index >= 0; index -= 1) district.sandbox.restore(student(index));
    district.sandbox.misbehave({ match: /role=student.*starting_after/, kind: '413', times: 99 });
  };
  const withholdBy = async (run: Types.ObjectId, ...ids: string[]) => {
    const { account } = district;
    for (const { _id: target, record } of await Contact.find({ account, 'record.id': { $in: ids } }).lean()) {
      const withheld = {
        kind: 'student',
        action: 'removed',
        state: 'withheld',
        withheldBy: 'another.1',
      } as const;
      const expiresAt = new Date(Date.now() + 3600_000);
      await RosterChange.create({
        ...withheld,
        account,
        target,
        sourceId: record?.id,
        run,
        fields: [],
        expiresAt,
      });
    }
  };
  const accept = async (of = first) => {
    const refresh = await district.refreshOf(of);
    await decideWithheld(district, refresh);
  };

  it('no longer waits once a list that breaks off later names them: an acceptance leaves them alone', async () => {
    await withhold();
    comeBack();
    const run = await district.sync();
    assert.match(sayRemarks(await district.refreshOf(run)).join(), /list of students was cut short/);
    assert.deepEqual(await waiting(), students(20, 40));
    await accept();
    assert.deepEqual(await gone(), students(20, 40));
  });

  it('no longer waits once a preview of such a download is applied, and waits until then', async () => {
    await withhold();
    comeBack();
    const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
    assert.deepEqual(await waiting(), students(0, 40));
    const applied = await applyRun(district.deps, preview, by);
    assert.ok(applied.ok);
    assert.equal((await district.work(applied.run)).state, 'done');
    assert.deepEqual(await waiting(), students(20, 40));
    await accept();
    assert.deepEqual(await gone(), students(20, 40));
  });

  it('no longer waits after a night, which reads everything while somebody waits', async () => {
    await withhold();
    for (let index = 19; index >= 0; index -= 1) district.sandbox.restore(student(index));
    const night = await district.start({ trigger: 'nightly', night: '2026-11-24' });
    const { how, why } = await district.refreshOf(night);
    assert.deepEqual([how, why], ['full', { code: 'removals wait' }]);
    assert.deepEqual(
      (await waiting()).filter((id) => students(0, 20).includes(id)),
      [],
    );
    assert.deepEqual(
      (await gone()).filter((id) => students(0, 20).includes(id)),
      [],
    );
  });

  for (const [back, what] of [
    [15, 'so many that the guard would ask again'],
    [35, 'a handful'],
  ] as const)
    it(`leaves the rest of the list waiting, ${what}, and nobody else who leaves`, async () => {
      await withhold();
      const tied = () =>
        Contact.countDocuments({
          'relations.student': { $in: students(back, 40) },
          type: 'guardian',
          status: 'active',
        });
      const guardians = await tied();
      assert.ok(guardians > 0);
      for (let index = back - 1; index >= 0; index -= 1) district.sandbox.restore(student(index));
      district.sandbox.removeStudent(student(100));
      const run = await district.sync();
      assert.deepEqual(await waiting(), students(back, 40));
      assert.deepEqual(await gone(), [student(100)]);
      assert.equal(await tied(), guardians);
      const rest = String(40 - back);
      assert.match(
        sayRemarks(await district.refreshOf(run)).join(' '),
        new RegExp(`${rest} of \\d+ students are missing from Clever\\. Nobody has reviewed them yet`),
      );
      await accept(run);
      assert.deepEqual(await gone(), [...students(back, 40), student(100)].sort());
    });

  it('no longer waits after a night by events that name them', async () => {
    district.sandbox.change(student(1), { name: { first: 'Nova' } });
    const from = await takeSnapshot();
    let night: SyncRun | undefined;
    const work = async () => {
      night = await district.start({ trigger: 'nightly', night: '2026-11-24' });
    };
    const { writes } = await live(work);
    await restoreSnapshot(from);
    // By a run that ended after the night had begun to read.
    const reading = writes.indexOf('account.updateOne') + 1;
    await live(work, {
      beforeWrite: async (nth) => {
        if (nth === reading) await withholdBy(new Types.ObjectId(), student(1), student(2));
      },
    });
    assert.ok(night);
    assert.equal((await district.refreshOf(night)).how, 'events');
    assert.equal(await Contact.countDocuments({ firstName: 'Nova' }), 1);
    assert.deepEqual(await waiting(), [student(2)]);
  });
});
