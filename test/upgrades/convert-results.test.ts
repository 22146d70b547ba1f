import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { sayFault } from '../../server/clever/explain-failure.js';
import { Account } from '../../server/models/account.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { sayWhy } from '../../server/review/run/say-why.js';
import { convertFaults } from '../../server/upgrades/convert-faults.js';
import { convertResults } from '../../server/upgrades/convert-results.js';
import { emptyDatabase } from '../support/hooks.js';

const account = new Types.ObjectId();

describe('results of runs and faults of Clever’s of version 0.5', () => {
  beforeEach(() => emptyDatabase());

  it('become codes, and a sentence that nobody knows is shown as it is', async () => {
    const stored = [
      { state: 'stopped', result: 'Changes made before you stopped it are kept.' },
      { state: 'done', result: '3 new students, 1 class changed.' },
      { state: 'queued', result: '' },
    ].map((more) => ({ _id: new Types.ObjectId(), account, purpose: 'sync', ...more }));
    await SyncRun.collection.insertMany(stored);
    await convertResults();
    await convertResults();
    const found = await SyncRun.find().sort({ _id: 1 }).lean();
    assert.deepEqual(
      found.map(({ result }) => result),
      [{ code: 'stopped' }, { code: 'text', text: '3 new students, 1 class changed.' }, undefined],
    );
    assert.deepEqual(found.map(sayResult), [stored[0]?.result, stored[1]?.result, '']);
    for (const run of await SyncRun.find()) await run.validate(['result']);
  });

  it('say why everything was read, and why a list broke off', async () => {
    const fault = 'Clever has a problem of its own (503) and did not give sections. Try again later.';
    const whys = ['it was asked for.', `the events could not be read: ${fault}`];
    await RosterRun.collection.insertMany(
      whys.map((why) => ({
        account,
        state: 'done',
        purpose: 'sync',
        how: 'full',
        why,
        result: '',
        remarks: [{ code: 'list broke off', kind: 'section', fault }, { code: 'done again' }],
      })),
    );
    await convertResults();
    await convertResults();
    const found = await RosterRun.find().sort({ _id: 1 }).lean();
    assert.deepEqual(
      found.map(({ why }) => sayWhy(why)),
      ['Full download (requested).', `Full download: the events could not be read: ${fault}`],
    );
    for (const run of found)
      assert.ok(sayRemarks(run)[0]?.startsWith(`The list of sections was cut short: ${fault}`));
  });

  it('say what kept Slotbell from Clever', async () => {
    const told = [
      'This token belongs to another district than the one saved above. Check the district id, or enter the right token.',
      'Clever did not answer in time when asked for schools. Try again later; check the network if it stays so.',
    ];
    await Account.collection.insertMany(
      told.map((fault, n) => ({
        _id: new Types.ObjectId(),
        name: String(n),
        clever: { districtId: String(n), fault, enabled: true },
      })),
    );
    await convertFaults();
    await convertFaults();
    const found = await Account.find().sort({ name: 1 }).lean();
    assert.deepEqual(
      found.map(({ clever }) => [clever?.fault?.code, sayFault(clever?.fault), clever?.enabled]),
      [
        ['other district', sayFault({ code: 'other district' }), true],
        ['text', told[1], true],
      ],
    );
  });
});
