import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { makeFeed } from '../../server/calendar/make-feed.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { CalendarFeed } from '../../server/models/calendar-feed.js';
import { Notification } from '../../server/models/notification.js';
import { User, type AccessLevel } from '../../server/models/user.js';
import { createTestApp, makeAccount, makeUser, PASSWORD, type TestApp, Visitor } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

const HOME = '/my/login';
const NEXT = 'another good password';

describe('one’s own login', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let user: User;
  let here: Visitor;
  let elsewhere: Visitor;

  async function begin(level: AccessLevel): Promise<void> {
    await emptyDatabase();
    test = createTestApp();
    account = (await makeAccount())._id;
    const office = { phone: '555-010-7000', email: '', replyTo: '' };
    await Account.updateOne({ _id: account }, { $set: { office } });
    user = await makeUser(account, level, { email: 'old@example.org' });
    here = await new Visitor(test.app).logIn(user);
    elsewhere = await new Visitor(test.app).logIn(user);
  }
  beforeEach(() => begin('appointment viewer'));

  const isIn = async (visitor: Visitor) => (await visitor.get(HOME)).status === 200;
  const mailsTo = (to: string) => Notification.find({ to }).sort({ _id: 1 }).lean();
  const ask = (email: string, currentPassword = PASSWORD) =>
    here.post(`${HOME}/email`, { email, currentPassword }, HOME);
  async function linkTo(to: string): Promise<string> {
    const mail = (await mailsTo(to)).at(-1) ?? assert.fail();
    return /\/email\/[\w-]+/.exec(mail.text)?.[0] ?? assert.fail();
  }

  for (const level of ['customer', 'administrator'] as const)
    it(`is changed by ${level === 'customer' ? 'a parent' : 'an administrator'} alike`, async () => {
      await begin(level);
      assert.equal((await ask('new@example.org')).status, 303);
      const link = await linkTo('new@example.org');
      await here.post(link, {}, link);
      assert.equal((await User.findById(user._id).orFail().lean()).email, 'new@example.org');
      const form = { currentPassword: PASSWORD, newPassword: NEXT };
      assert.equal((await here.post(`${HOME}/password`, form, HOME)).status, 303);
      assert.ok(await isIn(here));
    });

  it('has a new password for who knows the one until now; other sessions end, and the owner is told', async () => {
    const wrong = await here.post(`${HOME}/password`, { currentPassword: 'guess', newPassword: NEXT }, HOME);
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /id="f-password-currentPassword-error"/);
    assert.equal((await mailsTo('old@example.org')).length, 0);
    await makeFeed(user._id, new Date());
    await here.post(`${HOME}/password`, { currentPassword: PASSWORD, newPassword: NEXT }, HOME);
    assert.equal(await CalendarFeed.countDocuments(), 0);
    assert.deepEqual([await isIn(here), await isIn(elsewhere)], [true, false]);
    const login = (password: string) =>
      new Visitor(test.app).post('/login', { email: 'old@example.org', password }, '/login');
    assert.deepEqual([(await login(PASSWORD)).status, (await login(NEXT)).status], [422, 303]);
    const [mail, ...more] = await mailsTo('old@example.org');
    assert.match(
      mail!.text,
      /password of your login was changed just now\. Your calendar link no longer works[\s\S]*Call the school’s office at 555-010-7000/,
    );
    assert.equal(more.length, 0);
    assert.deepEqual(
      (await AuditEntry.find({}).lean()).map(({ action, user: by }) => [action, String(by)]),
      [['change own password', String(user._id)]],
    );
  });

  it('has a new address once its link was opened by whoever is logged in, and the old address is told', async () => {
    assert.equal((await ask('New@Example.org', 'guess')).status, 422);
    await ask('new@example.org');
    assert.equal((await User.findById(user._id).orFail().lean()).email, 'old@example.org', 'nothing yet');
    const link = await linkTo('new@example.org');
    const stranger = new Visitor(test.app);
    assert.match((await stranger.get(link)).headers.location!, /^\/login/);
    assert.match((await stranger.post(link)).headers.location!, /^\/login/);
    assert.equal((await here.get(link)).status, 200);
    assert.equal(
      (await User.findById(user._id).orFail().lean()).email,
      'old@example.org',
      'looking changes nothing',
    );
    await makeFeed(user._id, new Date());
    await here.post(link, {}, link);
    assert.equal(await CalendarFeed.countDocuments(), 0);
    assert.match((await here.get(HOME)).text, /Your calendar link no longer works; you can get a new one/);
    assert.deepEqual([await isIn(here), await isIn(elsewhere)], [true, false]);
    const now = await User.findById(user._id).orFail().lean();
    assert.deepEqual([now.email, now.emailProvenAt !== undefined], ['new@example.org', true]);
    const [told] = await mailsTo('old@example.org');
    assert.match(
      told!.text,
      /You can’t log in with this one anymore[^]*Call the school’s office at 555-010-7000/,
    );
    assert.doesNotMatch(told!.text, /\/forgot/, 'no login has the old address any more');
    assert.equal((await here.post(link)).status, 410, 'the link works once');
    const entry = await AuditEntry.findOne({ action: 'change own email' }).orFail().lean();
    assert.deepEqual(entry.detail, {}, 'no address in the audit');
  });

  it('never takes an address that has a login, and tells nobody but its owner', async () => {
    await makeUser(account, 'customer', { email: 'taken@example.org' });
    const [taken, free] = [await ask('taken@example.org'), await ask('free@example.org')];
    const page = async (answer: { headers: Record<string, string> }) => answer.headers.location;
    assert.equal(await page(taken), await page(free));
    assert.match((await mailsTo('taken@example.org'))[0]!.text, /has a login of its own already/);
    await ask('taken@example.org');
    const before = await linkTo('free@example.org');
    assert.equal((await here.post(before, {}, HOME)).status, 410, 'a link that still works would tell it');
    await ask('free@example.org');
    // Somebody registers with it meanwhile.
    const link = await linkTo('free@example.org');
    await makeUser(account, 'customer', { email: 'free@example.org' });
    assert.equal((await here.post(link, {}, link)).status, 409);
    assert.equal((await User.findById(user._id).orFail().lean()).email, 'old@example.org');
  });

  it('ends earlier links: to another new address, and for a new password at the old one', async () => {
    await new Visitor(test.app).post('/forgot', { email: 'old@example.org' });
    await ask('first@example.org');
    const first = await linkTo('first@example.org');
    await ask('second@example.org');
    const second = await linkTo('second@example.org');
    assert.equal((await here.post(first, {}, HOME)).status, 410);
    await here.post(second, {}, second);
    const reset = (await Notification.findOne({ kind: 'new password' }).orFail().lean()).text;
    assert.equal((await new Visitor(test.app).get(/\/password\/[\w-]+/.exec(reset)![0])).status, 410);
  });

  it('finds its link without an email server: in the outbox of a school it belongs to, also of several', async () => {
    const oak = (await makeAccount('Oak School'))._id;
    await User.updateOne({ _id: user._id }, { $push: { grants: { account: oak, level: 'customer' } } });
    assert.match((await here.get(HOME)).text, /Emails can’t be sent here yet/);
    await ask('new@example.org');
    assert.equal(String((await mailsTo('new@example.org'))[0]?.account), String(account));
    const { text } = await here.get(HOME);
    assert.match(text, /Ask the office of [^.]+ for the email to new@example\.org/);
    assert.doesNotMatch(text, /we wrote to/);
  });

  it('lets nobody guess: ten wrong passwords an hour', async () => {
    const form = { currentPassword: 'guess', newPassword: NEXT };
    for (let tried = 0; tried < 10; tried++) await here.post(`${HOME}/password`, form, HOME);
    const late = await here.post(`${HOME}/password`, { ...form, currentPassword: PASSWORD }, HOME);
    assert.equal(late.status, 429);
    assert.equal((await ask('new@example.org')).status, 429);
  });
});
