import assert from 'node:assert/strict';
import { checkWaitingApprovals } from '../../server/clever/connection/check-approval.js';
import type { Sandbox } from '../../server/sandbox/start-sandbox.js';
import { Account } from '../../server/models/account.js';
import { Notification } from '../../server/models/notification.js';
import { School } from '../../server/models/school.js';
import { makeEvent } from '../support/roster/district.js';
import { makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { SET_UP, startDistrict } from '../support/clever-connection/support.js';

describe('approval by the district', () => {
  let sandbox: Sandbox;
  let test: TestApp;
  let account: Account;
  let visitor: Visitor;

  beforeEach(async () => {
    await emptyDatabase();
    ({ sandbox, test } = await startDistrict());
    account = await makeAccount();
    visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
    await post('/district', { district: sandbox.districtId });
  });
  afterEach(() => sandbox.close());

  const post = (path: string, fields: Record<string, string> = {}) =>
    visitor.post(`${SET_UP}${path}`, fields, SET_UP);
  const page = async (): Promise<string> => (await visitor.get(SET_UP)).text;
  const clever = async () => (await Account.findById(account._id).lean())?.clever;
  const saveToken = () => post('/access', { kind: 'token', token: sandbox.token });
  const saveApplication = () =>
    post('/access', { kind: 'application', clientId: sandbox.clientId, clientSecret: sandbox.clientSecret });

  it('is waited for, and found by the hourly job once the district has given it', async () => {
    sandbox.approve(false);
    await saveApplication();
    assert.equal((await clever())?.approval, 'waiting');
    assert.match(await page(), /Waiting for approval/);
    await checkWaitingApprovals(test.deps, new AbortController().signal);
    assert.equal((await clever())?.approval, 'waiting');
    sandbox.approve(true);
    await checkWaitingApprovals(test.deps, new AbortController().signal);
    const found = await clever();
    assert.equal(found?.approval, 'approved');
    assert.equal(found.schools.length, sandbox.totals().schools);
    assert.ok(found.districtName);
  });

  it('is told to the administrators by mail, once, with the way to the Importer', async () => {
    await makeUser(account._id, 'event administrator');
    sandbox.approve(false);
    await saveApplication();
    assert.equal(await Notification.countDocuments(), 0);
    sandbox.approve(true);
    const hourly = () => checkWaitingApprovals(test.deps, new AbortController().signal);
    await Promise.all([hourly(), hourly()]);
    await hourly();
    await post('/check');
    const mails = await Notification.find().lean();
    assert.equal(mails.length, 1);
    const [mail] = mails;
    assert.match(mail?.subject ?? '', /your district has approved Slotbell in Clever/);
    assert.match(
      mail?.text ?? '',
      /match your schools and enable Clever:\n\S+\/global-setup\/clever\n[\s\S]*\/importer\n/,
    );
    // Whoever enters an access that is accepted at once sees it on the page.
    await Account.updateOne({ _id: account._id }, { $unset: { clever: 1 } });
    await post('/district', { district: sandbox.districtId });
    await saveToken();
    assert.equal((await clever())?.approval, 'approved');
    assert.equal(await Notification.countDocuments(), 1);
  });

  it('is not shown as given after Clever refused the token, whoever found that out, and is again once it is accepted', async () => {
    await saveToken();
    assert.match(await page(), /Approved/);
    const school = await School.create({
      account: account._id,
      name: 'A',
      sortKey: 'a',
      clever: { id: sandbox.idOf('school', 0), name: 'A' },
    });
    assert.equal((await post('/enable')).status, 303);
    const event = await makeEvent(account._id, { schools: [] });
    sandbox.rotateToken();
    const importer = async () =>
      (await visitor.get(`/importer?event=${String(event)}&schools=${String(school._id)}`)).text;
    assert.match(await importer(), /Clever rejected the district token/);
    assert.equal((await clever())?.approval, 'refused');
    assert.doesNotMatch(await page(), /status[^>]*>[^<]*Approved|The district lets Slotbell read/);
    assert.match(await page(), /Clever rejected the (saved access|district token)/);
    assert.match(await importer(), /Clever no longer accepts the saved access[\s\S]*Enter the access again/);
    assert.doesNotMatch(await importer(), /This account is set up for Clever\./);
    await saveToken();
    assert.equal((await clever())?.approval, 'approved');
    assert.match(await importer(), /This account is set up for Clever\./);
  });

  it('is found by “Check now” too', async () => {
    sandbox.approve(false);
    await saveApplication();
    sandbox.approve(true);
    await post('/check');
    assert.equal((await clever())?.approval, 'approved');
  });

  for (const [kind, words] of [
    ['html', /A web page came back/],
    ['truncated', /was cut off/],
    ['403', /doesn’t let this application read/],
    ['429', /isn’t taking more requests/],
  ] as const)
    it(`keeps what was known when Clever answers with ${kind}, and says so in plain words`, async () => {
      await saveToken();
      const before = await clever();
      sandbox.misbehave({ match: /./, kind, times: 5 });
      const answer = await post('/check');
      assert.equal(answer.status, 303);
      const text = await page();
      assert.match(text, words);
      assert.match(text, /The district lets Slotbell read its roster/);
      const { checkedAt: _1, fault: _2, ...after } = (await clever()) ?? {};
      const { checkedAt: _3, ...known } = before ?? {};
      assert.deepEqual(after, known);
    });

  it('keeps what was known when nobody answers at Clever’s address', async () => {
    await saveToken();
    await sandbox.close();
    await post('/check');
    assert.match(await page(), /couldn’t reach Clever/);
    assert.equal((await clever())?.approval, 'approved');
  });
});
