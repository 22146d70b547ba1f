import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { Contact } from '../../server/models/contact.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { wholeRoster } from '../support/roster/whole-roster.js';

describe('a token that may read nothing (403 on every list)', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startSyncedDistrict({ students: 40 });
  });
  afterEach(() => district.close());

  const refuse = () => district.sandbox.misbehave({ match: /v3/, kind: '403', times: 99 });
  const REFUSED =
    'Clever refused the lists of sections, students, and teachers (403, forbidden): the saved access to Clever can’t read this district’s data. Ask the district’s Clever administrator to share it with Slotbell, or enter a new token on the Clever set-up page. Nothing was changed or removed here.';
  const accountNow = () => Account.findById(district.account).orFail().lean();

  for (const ask of ['a sync', 'a night', 'a preview'] as const)
    it(`${ask} fails and says so; everything stays, and the next one goes on from the last good one`, async () => {
      district.sandbox.removeStudent(district.sandbox.idOf('student', 1));
      const [before, cursor] = [await wholeRoster(), (await accountNow()).clever?.cursor];
      assert.ok(cursor);
      refuse();
      const run =
        ask === 'a sync'
          ? await district.sync()
          : await district.start(
              ask === 'a night'
                ? { trigger: 'nightly', night: '2026-11-24' }
                : { trigger: 'preview', purpose: 'preview' },
            );
      assert.deepEqual([run.state, sayResult(run)], ['failed', REFUSED]);
      const refresh = await district.refreshOf(run);
      assert.deepEqual([refresh.state, sayResult(refresh), refresh.changed], ['failed', REFUSED, undefined]);
      assert.deepEqual(await wholeRoster(), before);
      assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
      assert.deepEqual((await accountNow()).clever?.cursor, cursor);
      district.sandbox.behave();
      const next = await district.start({ trigger: 'nightly', night: '2026-11-25' });
      assert.equal((await district.refreshOf(next)).how, 'events');
      assert.equal(await Contact.countDocuments({ type: 'student', status: 'transferred' }), 1);
    });

  it('is told of the lists alone that the account syncs', async () => {
    await Account.updateOne({ _id: district.account }, { $set: { 'clever.kinds.students': false } });
    refuse();
    const run = await district.sync();
    assert.equal(run.state, 'failed');
    assert.match(sayResult(run), /the lists of sections and teachers \(403/);
  });

  it('is not a token that may read one of those lists: the others are told of, and it ends well', async () => {
    for (const kind of ['section', 'student'] as const) district.sandbox.share(kind, '403');
    const run = await district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    assert.match(sayRemarks(await district.refreshOf(run)).join(), /no longer shares students/);
  });
});
