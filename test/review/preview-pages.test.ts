import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { makeEvent, termsOf } from '../support/roster/district.js';
import { HOSTILE, Office, pathOf } from '../support/roster/office.js';

describe('pages of previews', () => {
  let office: Office;
  beforeEach(async () => {
    office = await Office.open();
  });
  afterEach(() => office.close());

  describe('a preview', () => {
    it('is started beside Sync now, says what would change and writes nothing', async () => {
      const appointment = await office.book(0);
      office.leave(1);
      office.rename(3, HOSTILE);
      const run = await office.preview();
      assert.equal(await Contact.countDocuments({ status: 'transferred' }), 0);
      const page = await office.visitor.get(pathOf(run));
      assert.match(
        page.text,
        /Previewed today at .*1 student would change, 1 student would be removed.*Nothing was saved/,
      );
      assert.match(page.text, /1 appointment would need a look/);
      assert.match(page.text, /Appointments that would need a look/);
      assert.match(page.text, /no longer in a class with this teacher/);
      assert.equal((await Appointment.findById(appointment._id).lean())?.state, 'booked');
      const changes = await office.visitor.get(`${pathOf(run)}/changes?kind=student&action=changed`);
      assert.ok(changes.text.includes('→ &lt;script&gt;alert(1)&lt;/script&gt;'), 'before and after');
      assert.ok(!changes.text.includes(HOSTILE));
      assert.match(changes.text, /<strong>1<\/strong> change</);
    });

    it('asks before it is applied if somebody leaves, and is applied exactly, and once', async () => {
      office.leave(1);
      const run = await office.preview();
      const asked = await office.visitor.post(`${pathOf(run)}/apply`, {}, pathOf(run));
      assert.equal(asked.headers.location, `${pathOf(run)}/apply`);
      assert.equal(await SyncRun.countDocuments({ purpose: 'apply' }), 0);
      const confirm = await office.visitor.get(`${pathOf(run)}/apply`);
      assert.match(confirm.text, /1 student.* would be removed/);
      const answers = await Promise.all(
        [1, 2].map(() =>
          office.visitor.post(`${pathOf(run)}/apply`, { sure: 'yes' }, `${pathOf(run)}/apply`),
        ),
      );
      assert.deepEqual(
        answers.map(({ status }) => status),
        [303, 303],
      );
      const applying = await SyncRun.find({ purpose: 'apply' }).lean();
      assert.equal(applying.length, 1, 'two clicks are one run');
      const [apply] = applying;
      assert.ok(apply);
      await office.district.work(apply._id);
      assert.equal(await Contact.countDocuments({ status: 'transferred', type: 'student' }), 1);
      const page = await office.visitor.get(pathOf(run));
      assert.match(page.text, /This preview was applied/);
      assert.ok(page.text.includes(pathOf(apply)));
      assert.doesNotMatch(page.text, /Discard the preview/);
      assert.match((await office.visitor.get(pathOf(apply))).text, /Applied a preview today at/);
    });

    it('that no longer fits says so and lists what changed since', async () => {
      office.rename(3, 'First');
      const run = await office.preview();
      office.rename(3, 'Second');
      await office.district.sync();
      const answer = await office.visitor.post(`${pathOf(run)}/apply`, { sure: 'yes' }, pathOf(run));
      const apply = await SyncRun.findOne({ purpose: 'apply' }).orFail().lean();
      assert.equal(answer.headers.location, pathOf(apply));
      await office.district.work(apply._id);
      const page = await office.visitor.get(pathOf(run));
      assert.match(page.text, /changed since the preview, so nothing was applied/);
      const stale = await office.visitor.get(`${pathOf(run)}/changes?state=stale`);
      assert.match(stale.text, /Changed since/);
      await office.visitor.post(`${pathOf(run)}/apply`, { sure: 'yes' }, pathOf(run));
      assert.equal(await SyncRun.countDocuments({ purpose: 'apply' }), 1, 'the rest is not applied either');
    });

    it('is not confused with another one that waits to be applied', async () => {
      office.rename(3, 'First');
      const [first, second] = [await office.preview(), await office.preview()];
      const apply = (run: SyncRun) =>
        office.visitor.post(`${pathOf(run)}/apply`, { sure: 'yes' }, pathOf(run));
      await apply(first);
      assert.equal((await apply(second)).headers.location, pathOf(second));
      assert.match((await office.visitor.get(pathOf(second))).text, /Another preview .* is waiting/);
      assert.equal(await SyncRun.countDocuments({ purpose: 'apply' }), 1);
    });

    it('cannot be discarded once it is about to be applied', async () => {
      office.rename(3, 'First');
      const run = await office.preview();
      await office.visitor.post(`${pathOf(run)}/apply`, { sure: 'yes' }, pathOf(run));
      await office.visitor.post(`${pathOf(run)}/discard`, {}, pathOf(run));
      assert.match((await office.visitor.get(pathOf(run))).text, /nothing left to discard/);
      const apply = await SyncRun.findOne({ purpose: 'apply' }).orFail().lean();
      await office.district.work(apply._id);
      assert.equal(await Contact.countDocuments({ firstName: 'First' }), 1);
    });

    it('that was discarded at the same moment is not applied', async () => {
      office.rename(3, 'First');
      const run = await office.preview();
      await office.visitor.post(`${pathOf(run)}/apply`, { sure: 'yes' }, pathOf(run));
      await SyncRun.updateOne({ _id: run._id }, { $set: { state: 'stopped' } });
      const apply = await SyncRun.findOne({ purpose: 'apply' }).orFail().lean();
      const { state, result } = (await office.district.work(apply._id)) as SyncRun;
      assert.deepEqual([state, result], ['failed', { code: 'preview discarded' }]);
      assert.equal(await Contact.countDocuments({ firstName: 'First' }), 0);
    });

    it('is over when the roster source is changed, whose people it would have brought', async () => {
      office.district.sandbox.advanceNight();
      const run = await office.preview();
      const begun = await office.visitor.post(
        '/global-setup/roster-files/begin',
        { format: 'pickatime' },
        '/importer',
      );
      assert.equal(begun.status, 303);
      const answer = await office.visitor.post(`${pathOf(run)}/apply`, { sure: 'yes' }, '/importer');
      assert.equal(answer.headers.location, pathOf(run));
      assert.equal(await SyncRun.countDocuments({ purpose: 'apply' }), 0);
      assert.match((await office.visitor.get(pathOf(run))).text, /roster source changed after this preview/);
    });

    it('is discarded, or too old after 7 days', async () => {
      office.rename(3, 'First');
      const run = await office.preview();
      const gone = await office.visitor.post(`${pathOf(run)}/discard`, {}, pathOf(run));
      assert.equal(gone.headers.location, pathOf(run));
      assert.equal(await RosterChange.countDocuments({ state: 'planned' }), 0);
      assert.equal(await AuditEntry.countDocuments({ action: 'discard preview' }), 1);
      await office.visitor.post(`${pathOf(run)}/apply`, { sure: 'yes' }, pathOf(run));
      assert.equal(await SyncRun.countDocuments({ purpose: 'apply' }), 0);
      const second = await office.preview();
      await SyncRun.updateOne(
        { _id: second._id },
        { $set: { finishedAt: new Date(Date.now() - 8 * 86_400_000) } },
      );
      assert.match((await office.visitor.get(pathOf(second))).text, /kept for 7 days, and this one is older/);
      await office.visitor.post(`${pathOf(second)}/apply`, { sure: 'yes' }, pathOf(second));
      assert.equal(await SyncRun.countDocuments({ purpose: 'apply' }), 0);
    });

    it('of an import keeps the choices for the person who applies it', async () => {
      const fresh = await makeEvent(office.district.account, undefined, 'Spring conferences');
      const fields = {
        event: fresh.toHexString(),
        schools: office.district.schools.map(String),
        terms: termsOf(office.district.sandbox).map(({ id }) => id),
        nightly: 'yes',
      };
      const refused = await office.visitor.post('/importer/previews', { ...fields, terms: [] }, '/importer');
      assert.equal(refused.status, 422);
      const answer = await office.visitor.post('/importer/previews', fields, '/importer');
      const run = await SyncRun.findOne({ event: fresh }).orFail().lean();
      assert.equal(answer.headers.location, pathOf(run));
      await office.district.work(run._id);
      assert.equal((await Event.findById(fresh).orFail().lean()).sync, undefined);
      assert.equal(await Class.countDocuments({ event: fresh }), 0);
      const applied = await office.visitor.post(`${pathOf(run)}/apply`, {}, pathOf(run));
      const apply = await SyncRun.findOne({ event: fresh, purpose: 'apply' }).orFail().lean();
      assert.equal(applied.headers.location, pathOf(apply));
      await office.district.work(apply._id);
      assert.equal((await Event.findById(fresh).orFail().lean()).sync?.on, true);
      assert.ok((await Class.countDocuments({ event: fresh })) > 0);
    });
  });
});
