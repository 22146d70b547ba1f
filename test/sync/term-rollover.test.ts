import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { Term } from '../../server/models/term.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { proposeTerms, type TermProposal } from '../../server/sync/terms/propose-terms.js';
import { takeTerms } from '../../server/sync/terms/take-terms.js';
import { makeUser, Visitor } from '../support/app.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';
import { NewIds } from '../support/roster/new-ids.js';
import { sayResult } from '../support/say-run.js';

const BEFORE = new Date('2026-11-02T12:00:00Z');
const AFTER = new Date('2026-11-26T12:00:00Z');

const chosenTerms = async ({ event }: TestDistrict) =>
  (await Event.findById(event).orFail().lean()).sync?.terms.map(({ id }) => id) ?? [];
const tabOf = ({ event }: TestDistrict) => `/events/${event.toHexString()}/sync`;
const logIn = async ({ test, account }: TestDistrict) =>
  new Visitor(test.app).logIn(await makeUser(account, 'administrator'));
const newTerms = ({ sandbox }: TestDistrict) =>
  Array.from({ length: sandbox.totals().terms }, (_, index) => sandbox.idOf('term', index));
const ticked = (text: string) => [...text.matchAll(/name="term" value="(\w+)" checked/g)].map(([, id]) => id);

describe('terms of a new school year with all ids new', function () {
  it('are proposed by name, taken by one press, and the classes of before make room for the new ones', async () => {
    const year = new NewIds();
    await year.begin(true);
    const { district } = year;
    try {
      district.test.setNow(BEFORE);
      const old = await year.classes();
      const withTerm = (await chosenTerms(district)).length;
      year.reissue();
      await district.sync();
      const office = await logIn(district);
      const { text } = await office.get(tabOf(district));
      assert.match(text, /There are no classes left in the terms of this event: Semester 1, /);
      assert.match(
        text,
        /It has the same name as one that’s gone, and \d+ sections? of this event’s schools/,
      );
      assert.deepEqual(ticked(text).sort(), newTerms(district).sort());
      const ids = newTerms(district);
      assert.equal(ids.length, withTerm);
      const took = await office.post(`${tabOf(district)}/terms`, { term: ids }, tabOf(district));
      assert.match(took.headers.location ?? '', /^\/importer\/runs\//);
      assert.deepEqual((await chosenTerms(district)).sort(), [...ids].sort());
      const queued = await SyncRun.findOne({ state: 'queued' }).orFail().lean();
      const run = (await district.work(queued._id)) as SyncRun;
      // Those without a term wait with their sections.
      const waiting = old.filter(({ synced }) => synced.term === '').length;
      assert.deepEqual(
        [run.counts.class?.withheld ?? 0, run.counts.class?.removed],
        [0, old.length - waiting],
      );
      assert.equal(await Class.countDocuments({ status: 'active' }), old.length + waiting);
      assert.deepEqual(await year.booked(), ['booked', 'booked', 'booked', 'booked']);
      await year.accept(await district.refreshOf(run));
      assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
      assert.equal(await Class.countDocuments({ status: 'active' }), old.length);
      assert.deepEqual(await year.booked(), ['booked', 'booked', 'booked', 'booked']);
      assert.doesNotMatch((await office.get(tabOf(district))).text, /The terms have changed/);
    } finally {
      await district.close();
    }
  });

  describe('under other names', () => {
    let district: TestDistrict;
    const propose = async (now = BEFORE) =>
      proposeTerms(await Event.findById(district.event).orFail().lean(), now);

    beforeEach(async () => {
      district = await startDistrict({ students: 60 });
      const { sandbox } = district;
      district.test.setNow(BEFORE);
      await district.sync();
      sandbox.reissue();
      for (const [index, id] of newTerms(district).entries())
        sandbox.change(id, {
          name: `Part ${String(index + 1)}`,
          start_date: index === 1 ? '2027-01-06' : '2026-08-18',
          end_date: index === 0 ? '2026-12-19' : '2027-06-05',
        });
      await district.sync();
    });
    afterEach(() => district.close());

    it('are shown to choose from, none ticked, and what is ticked is taken in the place of all', async () => {
      const office = await logIn(district);
      const { text } = await office.get(tabOf(district));
      const [fall = '', spring = '', whole = ''] = newTerms(district);
      assert.deepEqual(ticked(text), []);
      assert.match(
        text,
        /Part 1[^]+August 18, 2026 to December 19, 2026\. The days of this event fall in it/,
      );
      assert.match(text, new RegExp(`name="term" value="${whole}"`));
      assert.doesNotMatch(text, new RegExp(spring));
      const before = await chosenTerms(district);
      await office.post(`${tabOf(district)}/terms`, {}, tabOf(district));
      await office.post(`${tabOf(district)}/terms`, { term: [fall, spring] }, tabOf(district));
      assert.deepEqual(await chosenTerms(district), before);
      await office.post(`${tabOf(district)}/terms`, { term: whole }, tabOf(district));
      assert.deepEqual(await chosenTerms(district), [whole]);
      assert.deepEqual(await propose(), []);
    });

    it('of two people who take different ones at once, one is told to look again', async () => {
      const event = await Event.findById(district.event).orFail().lean();
      const ids = (await propose()).map(({ term }) => term.id);
      const by = event._id;
      const taken = await Promise.all(ids.map((id) => takeTerms(district.deps, event, [id], by)));
      assert.deepEqual(taken.map(({ ok }) => ok).sort(), [false, true]);
      assert.deepEqual(await chosenTerms(district), [ids[taken.findIndex(({ ok }) => ok)]]);
    });

    it('are taken for good though a sync waits that was asked for before', async () => {
      const event = await Event.findById(district.event).orFail().lean();
      const account = await Account.findById(district.account).orFail().lean();
      await startSync(district.deps, { account, event, trigger: 'sync now' });
      const [{ term }] = (await propose()) as [TermProposal];
      const taken = await takeTerms(district.deps, event, [term.id], event._id);
      assert.ok(taken.ok && taken.run);
      for (const { _id } of await SyncRun.find({ state: 'queued' }).sort({ createdAt: 1 }))
        await district.work(_id);
      const run = await SyncRun.findById(taken.run).orFail().lean();
      assert.equal(run.counts.class?.withheld ?? 0, 0, sayResult(run));
      assert.equal(await RosterChange.countDocuments({ state: 'withheld', event: event._id }), 0);
    });

    it('are none for an event that is over, nor while a chosen term is yet to be filled', async () => {
      assert.equal((await propose()).length, 2);
      assert.deepEqual(await propose(AFTER), []);
      const record = { source: 'clever' as const, id: 'f'.repeat(24), hash: '' };
      await Term.create({ account: district.account, record, name: 'Next', status: 'active' });
      await Event.updateOne(
        { _id: district.event },
        { $push: { 'sync.terms': { id: record.id, name: 'Next', start: '', end: '' } } },
      );
      assert.deepEqual(await propose(), []);
    });
  });
});
