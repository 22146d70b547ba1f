import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { makeUser, Visitor } from '../support/app.js';
import { EventNights } from '../support/roster/event-nights.js';
import { makeEvent } from '../support/roster/district.js';
import { sayResult } from '../support/say-run.js';

const KINDS = ['school', 'term', 'course', 'section', 'student', 'teacher', 'staff', 'contact'] as const;

describe('a district that changes what it lets Slotbell read', () => {
  let nights: EventNights;
  let office: Visitor;
  beforeEach(async () => {
    nights = new EventNights();
    await nights.begin();
    const { account, test } = nights.district;
    office = await new Visitor(test.app).logIn(await makeUser(account, 'administrator'));
  });
  afterEach(() => nights.district.close());

  const share = (sharing: 'empty' | '403' | 'shared') => {
    for (const kind of KINDS.slice(1)) nights.district.sandbox.share(kind, sharing);
  };
  const tab = async () => (await office.get(`/events/${String(nights.district.event)}/sync`)).text;
  const told = () => Notification.countDocuments({ kind: 'nothing shared' });

  it('and shares nothing any more: the run and the Sync tab say so in amber, administrators are told once, nobody is removed', async () => {
    const here = await Contact.countDocuments({ status: 'active' });
    share('empty');
    for (let count = 0; count < 3; count += 1) {
      const run = await nights.district.start({ trigger: 'nightly', night: nights.next() });
      assert.equal(run.state, 'done', sayResult(run));
      assert.match(sayResult(run), /no longer shares anything with Slotbell/);
      const page = await office.get(`/importer/runs/${run._id.toHexString()}`);
      for (const shown of [await tab(), page.text])
        assert.match(
          shown,
          /flash-notice">[\s\S]{0,300}no longer shares anything with Slotbell[\s\S]*share your schools/,
        );
      assert.equal(await told(), 1);
    }
    assert.equal(await Contact.countDocuments({ status: 'active' }), here);
    const mail = await Notification.findOne({ kind: 'nothing shared' }).orFail().lean();
    assert.match(mail.text, /Ask the district’s Clever administrator/);
    share('shared');
    const good = await nights.district.sync();
    assert.doesNotMatch(sayResult(good), /no longer shares anything/);
    assert.doesNotMatch(await tab(), /flash-notice">[\s\S]{0,300}shares nothing/);
    share('empty');
    await nights.district.sync();
    assert.equal(await told(), 2);
  });

  it('and forbids all of it: the run fails in words, and administrators are told once', async () => {
    share('403');
    for (let count = 0; count < 2; count += 1) {
      const run = await nights.district.start({ trigger: 'nightly', night: nights.next() });
      assert.equal(run.state, 'failed');
      assert.equal(await told(), 1);
    }
  });

  it('and refuses the token in a night: the connection is not called approved any more, until it is accepted again', async () => {
    const approval = async () =>
      (await Account.findById(nights.district.account).orFail().lean()).clever?.approval;
    nights.district.sandbox.misbehave({ match: /./, kind: '401', times: 99 });
    assert.equal((await nights.district.sync()).state, 'failed');
    assert.equal(await approval(), 'refused');
    nights.district.sandbox.behave();
    assert.equal((await nights.district.sync()).state, 'done');
    assert.equal(await approval(), 'approved');
  });

  it('Sync now on the Clever page queues all events whose sync is on, once each', async () => {
    const { account, event, schools } = nights.district;
    const link = async () => (await office.get('/global-setup/clever')).text;
    await office.post('/importer/sync', {}, '/global-setup/clever');
    assert.match(await link(), /No event has its nightly sync on/);
    await Event.updateOne({ _id: event }, { $set: { 'sync.on': true } });
    await makeEvent(account, { schools, noTerm: true, on: true }, 'Second');
    await makeEvent(account, { schools, noTerm: true }, 'Off');
    const before = await SyncRun.countDocuments();
    const [one, two] = await Promise.all(
      [1, 2].map(() => office.post('/importer/sync', {}, '/global-setup/clever')),
    );
    assert.deepEqual([one?.status, two?.status], [303, 303]);
    const page = await link();
    assert.match(page, /The sync of 2 events has been queued\./);
    const runs = await SyncRun.find({ state: 'queued' }).lean();
    assert.deepEqual([runs.length, await SyncRun.countDocuments()], [2, before + 2]);
    for (const { _id } of runs) assert.ok(page.includes(`/importer/runs/${String(_id)}`));
    assert.equal(
      await AuditEntry.countDocuments({ action: 'start sync', targets: { $in: runs.map(({ _id }) => _id) } }),
      2,
    );
    const { test } = nights.district;
    const helper = await new Visitor(test.app).logIn(await makeUser(account, 'event administrator'));
    assert.equal((await helper.post('/importer/sync', {}, '/importer')).status, 403);
    assert.equal((await office.agent.post('/importer/sync')).status, 403);
  });
});
