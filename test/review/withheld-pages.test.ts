import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { makeUser, Visitor } from '../support/app.js';
import { Office, pathOf } from '../support/roster/office.js';
import { sayResult } from '../support/say-run.js';

describe('pages of withheld removals', () => {
  let office: Office;
  beforeEach(async () => {
    office = await Office.open();
  });
  afterEach(() => office.close());

  it('say since when: since the first night that missed them, not the last', async () => {
    office.leave(40);
    office.district.test.setNow(new Date('2026-11-22T07:00:00Z'));
    await office.district.sync();
    office.district.test.setNow(new Date('2026-11-24T07:00:00Z'));
    const { refresh } = await office.district.sync();
    const page = await office.visitor.get(`/importer/refreshes/${String(refresh)}/withheld`);
    assert.match(page.text, /since the sync of Sunday, November 22 at 1:00 AM/);
    assert.match(
      (await office.visitor.get('/importer')).text,
      /since the sync of Sunday, November 22 at 1:00 AM/,
    );
    for (let index = 0; index < 40; index += 1)
      office.district.sandbox.restore(office.district.sandbox.idOf('student', index));
    await office.district.sync();
    office.leave(40);
    await office.district.sync();
    assert.match(
      (await office.visitor.get('/importer')).text,
      /since the sync of Tuesday, November 24 at 1:00 AM/,
    );
  });

  it('say that it looks like a new school year if most sections went and as many came', async () => {
    office.leave(40);
    const { refresh } = await office.district.sync();
    const usual = await office.visitor.get(`/importer/refreshes/${String(refresh)}/withheld`);
    assert.doesNotMatch(usual.text, /new school year/);
    await Section.updateMany({}, [{ $set: { 'record.id': { $concat: ['last-year-', '$record.id'] } } }], {
      updatePipeline: true,
    });
    const run = await office.district.sync();
    const { counts } = await office.district.refreshOf(run);
    const page = await office.visitor.get(`/importer/refreshes/${String(run.refresh)}/withheld`);
    assert.ok((counts.section?.withheld ?? 0) > 20);
    assert.match(
      page.text,
      new RegExp(
        `This looks like a new school year: ${String(counts.section?.withheld)} sections are gone, and ${String(counts.section?.added)} new ones`,
      ),
    );
    assert.match(page.text, /New school year: accept all removals/);
    assert.match(page.text, /accept all removals, then add the new terms on each event’s Sync tab\./);
  });

  describe('of an event', () => {
    /** All but a few classes of the event leave its terms. */
    const withhold = async (): Promise<SyncRun> => {
      const { sandbox, event } = office.district;
      const [old, next] = [sandbox.idOf('term', 2), sandbox.idOf('term', 1)];
      const term = { id: old, name: 'Full Year', start: '', end: '' };
      await Event.updateOne({ _id: event }, { $set: { 'sync.terms': [term] } });
      await office.district.start({ trigger: 'first import' });
      for (const { record } of await Section.find({ term: old, status: 'active' }).lean())
        sandbox.change(record.id, { term_id: next });
      const run = await office.district.sync();
      assert.ok((run.counts.class?.withheld ?? 0) > 20, sayResult(run));
      return run;
    };
    const decide = async (run: SyncRun, verdict: string) => {
      const path = `${pathOf(run)}/withheld`;
      const answer = await office.visitor.post(path, { verdict, reason: 'looked' }, path);
      const settled = await SyncRun.findOne({ of: run._id }).orFail().lean();
      assert.equal(answer.headers.location, pathOf(settled));
      await office.district.work(settled._id);
      return (await office.visitor.get(path)).text;
    };
    const withheldNow = () => RosterChange.countDocuments({ state: 'withheld' });

    it('are accepted by an administrator, and leave it', async () => {
      const run = await withhold();
      const gone = await Class.countDocuments({ status: 'gone' });
      const page = await office.visitor.get(`${pathOf(run)}/withheld`);
      assert.match(page.text, /leave the event/);
      assert.match(await decide(run, 'accept'), /accepted the removals on.*Reason: looked/s);
      assert.equal(await Class.countDocuments({ status: 'gone' }), gone + (run.counts.class?.withheld ?? 0));
      assert.equal(await withheldNow(), 0);
    });

    it('remove teachers who teach nothing else, and an undo restores both', async () => {
      const run = await withhold();
      const { event } = office.district;
      const teachers = () => Resource.countDocuments({ event, status: 'active' });
      const before = [await Class.countDocuments({ status: 'active' }), await teachers()];
      await decide(run, 'accept');
      const teaching = await Class.distinct('synced.teachers', { event, status: 'active' });
      assert.equal(await teachers(), teaching.length);
      assert.ok(teaching.length < (before[1] ?? 0));
      const accepted = await SyncRun.findOne({ purpose: 'accept' }).orFail().lean();
      await office.visitor.post(
        `${pathOf(accepted)}/undo`,
        { reason: 'a mistake' },
        `${pathOf(accepted)}/undo`,
      );
      const undo = await SyncRun.findOne({ purpose: 'undo' }).orFail().lean();
      await office.district.work(undo._id);
      assert.deepEqual([await Class.countDocuments({ status: 'active' }), await teachers()], before);
    });

    it('are rejected by an administrator, and stay in it for good', async () => {
      const run = await withhold();
      const here = await Class.countDocuments({ status: 'active' });
      assert.match(await decide(run, 'reject'), /rejected the removals on/);
      const next = await office.district.sync();
      assert.equal(next.counts.class?.withheld ?? 0, 0);
      assert.equal(await Class.countDocuments({ status: 'active' }), here);
      assert.equal(await withheldNow(), 0);
    });

    it('are hidden from people who run no event, and from other accounts', async () => {
      const run = await withhold();
      const before = await withheldNow();
      const path = `${pathOf(run)}/withheld`;
      const other = await Account.create({ name: 'Other', timeZone: 'Etc/UTC', createdAt: new Date() });
      const stranger = await new Visitor(office.district.test.app).logIn(
        await makeUser(other._id, 'administrator'),
      );
      const maker = await office.visitorAs('appointment maker', office.district.event);
      for (const [visitor, status] of [
        [stranger, 404],
        [maker, 403],
      ] as const) {
        assert.equal((await visitor.get(path)).status, status);
        const answer = await visitor.post(path, { verdict: 'accept', reason: 'x' });
        assert.equal(answer.status, status);
      }
      assert.equal(await withheldNow(), before);
      assert.equal(await SyncRun.countDocuments({ of: run._id }), 0);
    });
  });
});
