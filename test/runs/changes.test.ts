import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { mustWithhold } from '../../server/runs/changes/judge-removals.js';
import { decideWithheldOfAccount } from '../../server/review/run/decide-withheld.js';
import { sayRemarks, sayResult, summarizeRun } from '../support/say-run.js';
import { makeUser } from '../support/app.js';
import { startDistrict, startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { wholeRoster } from '../support/roster/whole-roster.js';

const by = new Types.ObjectId();

describe('the guard', () => {
  const cases: [gone: number, here: number, withheld: boolean][] = [
    [0, 0, false],
    [19, 100, false],
    [20, 100, true],
    [180, 1800, false],
    [181, 1800, true],
    [14, 15, false],
    [15, 15, true],
    [1, 1, true],
  ];
  for (const [gone, here, withheld] of cases)
    it(`${String(gone)} of ${String(here)} ${withheld ? 'wait for a person' : 'go'}`, () => {
      assert.equal(mustWithhold(gone, here), withheld);
    });
});

describe('changes of a sync', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startSyncedDistrict({ students: 150 });
  });
  afterEach(() => district.close());

  const gone = () => Contact.countDocuments({ type: 'student', status: 'transferred' });
  const leave = (count: number) => {
    for (let index = 0; index < count; index += 1)
      district.sandbox.removeStudent(district.sandbox.idOf('student', index));
  };

  describe('withheld removals', () => {
    it('stay, are told once by mail, and the rest of the night comes in', async () => {
      await makeUser(district.account, 'administrator', { email: 'head@example.org' });
      leave(40);
      district.sandbox.change(district.sandbox.idOf('student', 100), {
        name: { first: 'New', last: 'Name' },
      });
      const run = await district.sync();
      assert.equal(run.state, 'done', sayResult(run));
      assert.equal(await gone(), 0);
      assert.equal(await Contact.countDocuments({ firstName: 'New', lastName: 'Name' }), 1);
      assert.match(sayResult(run), /40 students.* waiting for your review/);
      const refresh = await district.refreshOf(run);
      assert.match(sayRemarks(refresh).join(), /40 of 150 students are missing from Clever/);
      assert.equal(
        await RosterChange.countDocuments({ run: refresh._id, state: 'withheld', kind: 'student' }),
        40,
      );
      const again = await district.sync();
      assert.equal(
        await RosterChange.countDocuments({ state: 'withheld', kind: 'student', run: again.refresh }),
        40,
        'the newest run withholds them',
      );
      assert.equal(await RosterChange.countDocuments({ state: 'withheld', kind: 'student' }), 40);
      const mails = await Notification.find({ kind: 'removals withheld' }).lean();
      assert.deepEqual(
        mails.map(({ to }) => to),
        ['head@example.org'],
      );
      assert.match(mails[0]?.text ?? '', new RegExp(`/importer/refreshes/${String(run.refresh)}`));
    });

    it('are told again when as many others are withheld', async () => {
      await makeUser(district.account, 'administrator', { email: 'head@example.org' });
      const mails = () => Notification.countDocuments({ kind: 'removals withheld' });
      // Only guardians, so that the two lists differ only in who is on them.
      const guardian = (index: number): string => district.sandbox.idOf('contact', index);
      const missed = Array.from({ length: 80 }, (_, index) => guardian(index));
      for (const id of missed) district.sandbox.remove(id);
      const first = await district.sync();
      await district.sync();
      assert.equal(await mails(), 1);
      const others = await Contact.find({ type: 'guardian', 'record.id': { $nin: missed } })
        .limit(await RosterChange.countDocuments({ state: 'withheld' }))
        .lean();
      for (const id of missed) district.sandbox.restore(id);
      for (const { record } of others) district.sandbox.remove(record!.id);
      const run = await district.sync();
      assert.deepEqual(run.result, first.result);
      const withheldIn = async (one: SyncRun) =>
        Object.entries((await district.refreshOf(one)).counts).map(([kind, { withheld }]) => [
          kind,
          withheld,
        ]);
      assert.deepEqual(await withheldIn(run), await withheldIn(first));
      assert.equal(await mails(), 2);
    });

    it('go when somebody accepts them, and the events follow', async () => {
      await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': true } });
      leave(40);
      const run = await district.sync();
      const refresh = await district.refreshOf(run);
      const decided = await decideWithheldOfAccount(district.deps, refresh, {
        verdict: 'accept',
        by,
        reason: 'Sixth form left',
      });
      assert.ok(decided.ok);
      const accepted = await district.work(decided.run);
      assert.deepEqual(
        [accepted.state, accepted.reason, String(accepted.by)],
        ['done', 'Sixth form left', String(by)],
      );
      assert.equal(await gone(), 40);
      const followed = await SyncRun.findOne({ refresh: decided.run }).orFail().lean();
      assert.deepEqual([followed.state, followed.trigger], ['done', 'accept']);
      const left = await Contact.distinct('_id', { status: 'transferred', type: 'student' });
      assert.equal(await Class.countDocuments({ status: 'active', 'synced.students': { $in: left } }), 0);
      const second = await decideWithheldOfAccount(district.deps, refresh, {
        verdict: 'accept',
        by,
        reason: '',
      });
      assert.deepEqual(second, { ok: false, reason: 'nothing withheld' });
    });

    it('stay for good when somebody rejects them, until the source has them again', async () => {
      leave(40);
      const refresh = await district.refreshOf(await district.sync());
      const decided = await decideWithheldOfAccount(district.deps, refresh, {
        verdict: 'reject',
        by,
        reason: 'SIS fault',
      });
      assert.ok(decided.ok);
      await district.work(decided.run);
      const next = await district.sync();
      assert.equal(await gone(), 0);
      assert.equal(await RosterChange.countDocuments({ state: 'withheld', kind: 'student' }), 0);
      assert.equal(next.state, 'done');
      const back = district.sandbox.idOf('student', 3);
      district.sandbox.restore(back);
      await district.sync();
      assert.equal((await Contact.findOne({ 'record.id': back }).lean())?.record?.kept, undefined);
      district.sandbox.removeStudent(back);
      await district.sync();
      assert.equal(await gone(), 1, 'a decision about a leaver of then is none about one of now');
    });
  });

  describe('a preview', () => {
    it('changes nothing, and shows what a sync would do', async () => {
      await Class.updateOne(
        { 'synced.type': 'Class' },
        { $set: { status: 'deleted', deletedAt: new Date() } },
      );
      const night = district.sandbox.advanceNight();
      const before = await wholeRoster();
      const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
      assert.equal(preview.state, 'done', sayResult(preview));
      assert.deepEqual(await wholeRoster(), before);
      const real = await district.sync();
      const [shown, done] = await Promise.all([preview, real].map((run) => district.refreshOf(run)));
      assert.ok(shown && done);
      assert.equal(sayResult(preview), summarizeRun('preview', done.counts, real.counts));
      assert.deepEqual(shown.counts, done.counts);
      assert.deepEqual(preview.counts, real.counts);
      const left = await RosterChange.distinct('sourceId', {
        run: shown._id,
        kind: 'student',
        action: 'removed',
      });
      assert.deepEqual(left.sort(), [...night.left].sort());
    });

    it('is applied exactly, once', async () => {
      const [id] = [district.sandbox.idOf('student', 5)];
      district.sandbox.advanceNight();
      const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
      // What came in after the preview is not part of it.
      district.sandbox.change(id, { name: { first: 'Later', last: 'News' } });
      const applied = await applyRun(district.deps, preview, by);
      assert.ok(applied.ok);
      const run = await district.work(applied.run);
      assert.equal(run.state, 'done', sayResult(run));
      const { counts } = await district.refreshOf(run as SyncRun);
      assert.equal(sayResult(preview), summarizeRun('preview', counts, run.counts));
      assert.equal(await Contact.countDocuments({ firstName: 'Later' }), 0);
      const again = await applyRun(district.deps, preview, by);
      assert.deepEqual(again, { ok: false, reason: 'applied already' });
      const state = await wholeRoster();
      await district.sync();
      district.sandbox.change(id, { name: { first: 'Later', last: 'News' } });
      assert.equal((await wholeRoster()).length, state.length);
    });

    it('of a first import makes the same event as the import itself', async () => {
      const other = await startDistrict({ students: 150 });
      try {
        const preview = await other.start({ trigger: 'preview', purpose: 'preview' });
        assert.equal(await Contact.countDocuments(), 0);
        const applied = await applyRun(other.deps, preview, by, true);
        assert.ok(applied.ok);
        assert.equal((await other.work(applied.run)).state, 'done');
        const byPreview = await wholeRoster();
        const { sync } = await Event.findById(other.event).orFail().lean();
        assert.equal(sync?.on, true);
        await other.sync();
        assert.deepEqual(await wholeRoster(), byPreview);
      } finally {
        await other.close();
      }
    });

    it('that no longer fits is not applied at all, and says how much has changed', async () => {
      district.sandbox.advanceNight();
      const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
      await district.sync();
      district.sandbox.advanceNight();
      await district.sync();
      const before = await wholeRoster();
      const applied = await applyRun(district.deps, preview, by);
      assert.ok(applied.ok);
      const run = await district.work(applied.run);
      assert.equal(run.state, 'failed');
      assert.match(sayResult(run), /changed since the preview, so nothing was applied/);
      assert.deepEqual(await wholeRoster(), before);
    });
  });
});
