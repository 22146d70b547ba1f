import assert from 'node:assert/strict';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { createTestApp, makeAccount, makeUser, PASSWORD, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

const LOGINS = '/global-setup/logins';

describe('inviting somebody who has a login already', () => {
  let test: TestApp;
  let office: Visitor;
  let school: Awaited<ReturnType<typeof makeAccount>>;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    school = await makeAccount('Elm School');
    office = await new Visitor(test.app).logIn(await makeUser(school._id, 'administrator'));
  });

  const invite = async (email: string, level = 'appointment maker') =>
    office.post(LOGINS, { name: 'K. L.', email, level }, LOGINS);
  const linkIn = async (): Promise<string> => {
    const mail = await Notification.findOne({ kind: 'invitation' }).sort({ createdAt: -1 }).orFail().lean();
    return new URL(/http\S+/.exec(mail.text)?.[0] ?? '').pathname;
  };
  const elsewhere = async (more: Parameters<typeof makeUser>[2] = {}) =>
    makeUser((await makeAccount('Oak School'))._id, 'administrator', { name: 'Kim Lopez', ...more });

  for (const [who, make] of [
    ['of another school', () => elsewhere()],
    ['of another school, with an address not proven', () => elsewhere({ proven: false })],
    ['as a parent here', () => makeUser(school._id, 'customer', { name: 'Kim Lopez' })],
    [
      'as a parent here, with an address not proven',
      () => makeUser(school._id, 'customer', { name: 'Kim Lopez', proven: false }),
    ],
  ] as const)
    it(`${who} changes nothing of it until they accept, logged in with the password they have`, async () => {
      const user = await make();
      const before = await User.findById(user._id).lean();
      const visitor = await new Visitor(test.app).logIn(user);
      assert.equal((await invite(user.email)).status, 303);
      assert.deepEqual(await User.findById(user._id).lean(), before);
      // The session goes on, and the password is the old one.
      assert.notEqual((await visitor.get('/my')).headers.location, '/login?next=/my');
      const list = await office.get(LOGINS);
      assert.match(list.text, /K\. L\.[\s\S]*Invited/);
      assert.ok(!list.text.includes('Kim Lopez'));

      const path = await linkIn();
      const stranger = new Visitor(test.app);
      assert.match((await stranger.get(path)).headers.location ?? '', /^\/login\?next=/);
      assert.match((await stranger.post(path, {}, '/forgot')).headers.location ?? '', /^\/login\?next=/);
      const other = await new Visitor(test.app).logIn(await makeUser(school._id, 'customer'));
      assert.match((await other.post(path, {}, '/forgot')).headers.location ?? '', /^\/login\?next=/);
      assert.deepEqual(await User.findById(user._id).lean(), before);

      const again = await new Visitor(test.app).logIn(user);
      const page = await again.get(path);
      assert.match(page.text, /Elm School[\s\S]*appointment maker/);
      assert.equal((await again.post(path, {}, path)).status, 303);
      const after = await User.findById(user._id).orFail().lean();
      assert.equal(after.name, 'Kim Lopez');
      assert.equal(after.passwordHash, before?.passwordHash);
      assert.deepEqual(
        after.grants
          .filter(({ level }) => level === 'appointment maker')
          .map(({ account }) => String(account)),
        [String(school._id)],
      );
      assert.equal(after.grants.length, 2);
      assert.equal((await again.get('/events')).status, 200);
      assert.equal((await again.post(path, {}, '/forgot')).status, 410);
    });

  it('of two schools at once keeps both invitations', async () => {
    const user = await elsewhere();
    const oak = await new Visitor(test.app).logIn(
      await makeUser((await makeAccount('Fir School'))._id, 'administrator'),
    );
    await invite(user.email);
    const first = await linkIn();
    await oak.post(LOGINS, { name: 'Kim', email: user.email, level: 'appointment viewer' }, LOGINS);
    const visitor = await new Visitor(test.app).logIn(user);
    assert.equal((await visitor.post(first, {}, first)).status, 303);
    const second = await linkIn();
    assert.equal((await visitor.post(second, {}, second)).status, 303);
    assert.equal((await User.findById(user._id).lean())?.grants.length, 3);
  });

  it('has the level changed and is taken back before it is accepted', async () => {
    const user = await elsewhere();
    await invite(user.email);
    const path = await linkIn();
    const change = `${LOGINS}/${user._id.toHexString()}/level`;
    assert.equal((await office.post(change, { level: 'appointment viewer' }, LOGINS)).status, 303);
    const visitor = await new Visitor(test.app).logIn(user);
    assert.match((await visitor.get(path)).text, /appointment viewer/);
    assert.equal((await office.post(change, { level: 'none' }, LOGINS)).status, 303);
    assert.equal((await visitor.post(path, {}, '/forgot')).status, 410);
    assert.equal((await User.findById(user._id).lean())?.grants.length, 1);
    assert.equal((await office.post(change, { level: 'none' }, LOGINS)).status, 404);
  });

  it('who had access before and lost it keeps the password', async () => {
    const user = await makeUser(school._id, 'appointment viewer');
    await User.updateOne({ _id: user._id }, { $set: { grants: [] } });
    await invite(user.email);
    assert.deepEqual((await User.findById(user._id).lean())?.grants, []);
    const visitor = new Visitor(test.app);
    const path = await linkIn();
    const answer = await visitor.post(
      '/login',
      { email: user.email, password: PASSWORD, next: path },
      '/login',
    );
    assert.equal(answer.headers.location, path);
    assert.equal((await visitor.post(path, {}, path)).status, 303);
    assert.equal((await visitor.get('/events')).status, 200);
  });
});
