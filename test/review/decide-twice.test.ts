import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { decideWithheldOfAccount, decideWithheldOfEvent } from '../../server/review/run/decide-withheld.js';
import { makeUser, Visitor } from '../support/app.js';
import { makeEvent, startDistrict, type TestDistrict } from '../support/roster/district.js';
import { WithheldPeople } from '../support/roster/withheld-people.js';
import { sayResult } from '../support/say-run.js';

const by = new Types.ObjectId();
const accept = { verdict: 'accept', by, reason: 'looked' } as const;
const reject = { ...accept, verdict: 'reject' } as const;

describe('two decisions about what a newer sync withholds as well', () => {
  describe('of an event', () => {
    let district: TestDistrict;
    let first: SyncRun;
    let second: SyncRun;
    let many: number;
    const withheld = () => RosterChange.countDocuments({ state: 'withheld', kind: 'class' });

    /** Somebody accepts the first list while a second sync runs, which withholds the same and two classes more. */
    beforeEach(async () => {
      district = await startDistrict({ students: 150 });
      const { sandbox, event } = district;
      const [old, next] = [sandbox.idOf('term', 2), sandbox.idOf('term', 1)];
      const term = { id: old, name: 'Full Year', start: '', end: '' };
      await Event.updateOne({ _id: event }, { $set: { 'sync.terms': [term] } });
      await district.start({ trigger: 'first import' });
      const sections = await Section.find({ term: old, status: 'active' }).sort({ _id: 1 }).lean();
      for (const { record } of sections.slice(2)) sandbox.change(record.id, { term_id: next });
      first = await district.sync();
      many = first.counts.class?.withheld ?? 0;
      assert.ok(many > 20, sayResult(first));
      for (const { record } of sections.slice(0, 2)) sandbox.change(record.id, { term_id: next });
      const asked = sandbox
        .nextRequest(/role=student/)
        .then(() => decideWithheldOfEvent(district.deps, first, accept));
      second = await district.sync();
      assert.ok((await asked).ok);
      assert.equal(second.counts.class?.withheld, many + 2);
    });
    afterEach(() => district.close());

    const workAll = async () => {
      for (const { _id } of await SyncRun.find({ state: 'queued' }).sort({ createdAt: 1 }))
        await district.work(_id);
    };
    const ofPurpose = (purpose: 'accept' | 'reject') => SyncRun.findOne({ purpose }).orFail().lean();

    it('a second acceptance does not change the first, and can be done after it', async () => {
      const again = await decideWithheldOfEvent(district.deps, second, accept);
      assert.deepEqual(again, { ok: false, reason: 'another waits' });
      await workAll();
      assert.match(sayResult(await ofPurpose('accept')), new RegExp(`^${String(many)} classes removed`));
      assert.equal(await withheld(), 2);
      const then = await decideWithheldOfEvent(district.deps, second, accept);
      assert.ok(then.ok);
      await workAll();
      assert.equal(await withheld(), 0);
      assert.equal(await Class.countDocuments({ event: district.event, status: 'gone' }), many + 2);
    });

    it('a rejection after an acceptance only affects removals that nobody had decided about', async () => {
      assert.ok((await decideWithheldOfEvent(district.deps, second, reject)).ok);
      await workAll();
      assert.match(sayResult(await ofPurpose('accept')), new RegExp(`^${String(many)} classes removed`));
      assert.equal(await Class.countDocuments({ kept: { $exists: true } }), 2);
      assert.equal(await withheld(), 0);
    });

    it('the newer list says who decided, and asks nobody meanwhile', async () => {
      const office = await new Visitor(district.test.app).logIn(
        await makeUser(district.account, 'administrator'),
      );
      const page = `/importer/runs/${second._id.toHexString()}/withheld`;
      const { text } = await office.get(page);
      assert.match(text, /accepted the removals on .*It’s running now/);
      assert.doesNotMatch(text, /Accept removals/);
      await workAll();
      assert.match((await office.get(page)).text, /Accept removals/);
    });

    it('an acceptance does not remove a teacher whose own removal waits for a decision', async () => {
      const { account, event } = district;
      const named = { firstName: 'Ada', lastName: 'Alone', sortKey: 'alone ada', searchKey: 'ada alone' };
      const contact = await Contact.create({
        account,
        type: 'teacher',
        status: 'active',
        source: 'clever',
        ...named,
      });
      const teacher = await Resource.create({
        ...{ account, event, contact: contact._id, name: 'Ada Alone', status: 'active', fromSync: true },
      });
      await RosterChange.create({
        ...{ account, event, run: second._id, kind: 'resource', action: 'removed', state: 'withheld' },
        ...{ target: teacher._id, sourceId: contact._id.toHexString() },
        fields: [{ path: 'status', before: 'active', after: 'gone' }],
        expiresAt: new Date('2100-01-01'),
      });
      await workAll();
      assert.equal((await Resource.findById(teacher._id).orFail().lean()).status, 'active');
      assert.equal(await RosterChange.countDocuments({ state: 'withheld', kind: 'resource' }), 1);
    });
  });

  describe('of the account', () => {
    const people = new WithheldPeople();
    beforeEach(async () => {
      await people.begin();
      people.leave();
    });
    afterEach(() => people.district.close());

    it('a rejection after an acceptance comes too late', async () => {
      const { deps } = people.district;
      const first = await people.district.refreshOf(await people.sync());
      const asked = people.district.sandbox
        .nextRequest(/role=student/)
        .then(() => decideWithheldOfAccount(deps, first, accept));
      const second = await people.district.refreshOf(await people.sync());
      const accepted = await asked;
      assert.ok(accepted.ok);
      const rejected = await decideWithheldOfAccount(deps, second, reject);
      assert.deepEqual(rejected, { ok: false, reason: 'decided already' });
      await people.district.work(accepted.run);
      assert.match(sayResult(await RosterRun.findById(accepted.run).orFail().lean()), /^40 students removed/);
      assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    });

    it('an event that was only previewed since does not follow', async () => {
      const { account, event, start, work, deps } = people.district;
      const { sync } = await Event.findById(event).orFail().lean();
      const looked = await makeEvent(account, sync, 'Only looked at');
      const withheld = await people.district.refreshOf(await people.sync());
      const preview = await start({ trigger: 'preview', purpose: 'preview' }, looked);
      assert.equal(preview.state, 'done', sayResult(preview));
      const decided = await decideWithheldOfAccount(deps, withheld, accept);
      assert.ok(decided.ok);
      await work(decided.run);
      assert.equal(await Class.countDocuments({ event: looked }), 0);
      assert.equal(await SyncRun.countDocuments({ event: looked, purpose: 'sync' }), 0);
    });
  });
});
