import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { School } from '../../server/models/school.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { makeUser, Visitor } from '../support/app.js';
import { makeEvent, startDistrict, termsOf, type TestDistrict } from '../support/roster/district.js';

/** Somebody who runs one event decides nothing about the account's people, and nothing about other schools. */
describe('the administrator of a single event', function () {
  let district: TestDistrict;
  let own: Visitor;
  let office: Visitor;

  before(async () => {
    district = await startDistrict();
    await district.sync();
    own = await as('event administrator', district.event);
    office = await as('administrator');
  });
  after(() => district.close());

  async function as(level: 'administrator' | 'event administrator', event?: Types.ObjectId) {
    return new Visitor(district.test.app).logIn(
      await makeUser(district.account, level, event ? { event } : {}),
    );
  }

  it('applies no preview that changes people of the whole account, and is told who does', async () => {
    const [person] = await Contact.find({ account: district.account, type: 'student' }).limit(1).lean();
    await Contact.updateOne({ _id: person?._id }, { $set: { firstName: 'Before', 'record.hash': 'x' } });
    const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
    assert.equal(preview.state, 'done', preview.result?.code);
    assert.ok(await RosterChange.exists({ run: preview.refresh, state: 'planned' }));
    const path = `/importer/runs/${String(preview._id)}`;
    const page = (await own.get(path)).text;
    assert.match(page, /also changes people and classes outside this event/);
    assert.doesNotMatch(page, /Apply these changes/);
    for (const fields of [{ sure: '' }, { sure: 'yes' }, { sure: ['yes', 'yes'] }]) {
      const answer = await own.post(`${path}/apply`, fields, path);
      assert.equal(answer.headers.location, path);
    }
    assert.equal((await own.get(`${path}/apply`)).status, 303);
    assert.equal(await SyncRun.countDocuments({ of: preview._id }), 0);
    assert.equal(await RosterRun.countDocuments({ purpose: 'apply' }), 0);
    // Somebody with a level in the whole account applies it.
    assert.match((await office.get(path)).text, /Apply these changes/);
    const gone = await own.post(`${path}/discard`, {}, path);
    assert.equal(gone.headers.location, path);
    assert.equal((await SyncRun.findById(preview._id).orFail().lean()).state, 'stopped');
  });

  it('does the first import where the account has one school, else is told that an administrator selects it', async () => {
    const fresh = await makeEvent(district.account, undefined, 'Spring conferences');
    const newcomer = await as('event administrator', fresh);
    const [school, ...others] = district.schools;
    const at = `/importer?event=${String(fresh)}`;
    const terms = termsOf(district.sandbox).map(({ id }) => id);
    const fields = { event: String(fresh), shown: String(fresh), schools: String(school), terms };
    const several = (await newcomer.get(at)).text;
    assert.match(several, /An administrator of your school selects one/);
    assert.doesNotMatch(several, /School 1/);
    assert.equal((await newcomer.post('/importer/runs', fields, '/importer')).status, 422);
    assert.equal((await newcomer.post('/importer/previews', fields, '/importer')).status, 422);

    await School.updateMany({ _id: { $in: others } }, { $unset: { clever: 1 } });
    assert.match((await newcomer.get(at)).text, /School 1/);
    const elsewhere = { ...fields, schools: String(others[0]) };
    assert.equal((await newcomer.post('/importer/runs', elsewhere, '/importer')).status, 422);
    const started = await newcomer.post('/importer/runs', fields, '/importer');
    assert.match(started.headers.location ?? '', /\/importer\/runs\//);
  });
});
