import assert from 'node:assert/strict';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { workIsDone } from '../../server/web/after-answer.js';
import { createTestApp, makeAccount, makeUser, PASSWORD, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

describe('logging in', () => {
  let test: TestApp;
  let user: User;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    user = await makeUser((await makeAccount())._id, 'administrator');
  });

  it('leads back to the page that was asked for, but never to another site', async () => {
    const asked = await new Visitor(test.app).get('/global-setup?x=1');
    assert.equal(asked.headers.location, '/login?next=%2Fglobal-setup%3Fx%3D1');
    for (const [next, expected] of [
      ['/global-setup?x=1', '/global-setup?x=1'],
      ['//evil.example', '/'],
      ['/\\evil.example', '/'],
      ['https://evil.example', '/'],
    ] as const) {
      const answer = await new Visitor(test.app).post(
        '/login',
        { email: user.email, password: PASSWORD, next },
        '/login',
      );
      assert.equal(answer.headers.location, expected, next);
    }
  });

  it('begins a new session id', async () => {
    const visitor = new Visitor(test.app);
    const before = sessionIn(await visitor.get('/login'));
    const answer = await visitor.post('/login', { email: user.email, password: PASSWORD }, '/login');
    const after = sessionIn(answer);
    assert.ok(before && after);
    assert.notEqual(before, after);
  });

  it('with a wrong password says nothing of whether the address is known', async () => {
    const wrong = await new Visitor(test.app).post(
      '/login',
      { email: user.email, password: 'not this one' },
      '/login',
    );
    const unknown = await new Visitor(test.app).post(
      '/login',
      { email: 'x@example.org', password: 'not this one' },
      '/login',
    );
    assert.equal(wrong.status, 422);
    assert.equal(unknown.status, 422);
    assert.match(wrong.text, /Email or password is incorrect/);
    assert.match(unknown.text, /Email or password is incorrect/);
  });

  it('is refused after ten wrong tries from one address, also with the right password', async () => {
    const visitor = new Visitor(test.app);
    for (let n = 0; n < 10; n++)
      await visitor.post('/login', { email: user.email, password: 'guess' }, '/login');
    const answer = await visitor.post('/login', { email: user.email, password: PASSWORD }, '/login');
    assert.equal(answer.status, 429);
    assert.ok(Number(answer.headers['retry-after']) > 0);
  });

  it('without the form token is refused with 403 and a page that says what to do', async () => {
    const answer = await new Visitor(test.app).agent
      .post('/login')
      .type('form')
      .send({ email: user.email, password: PASSWORD });
    assert.equal(answer.status, 403);
    assert.match(answer.text, /out of date/);
  });

  it('takes operators in a field as text', async () => {
    const answer = await new Visitor(test.app).post(
      '/login',
      { 'email[$gt]': '', 'password[$gt]': '' },
      '/login',
    );
    assert.equal(answer.status, 422);
  });

  it('logging out ends the session', async () => {
    const visitor = await new Visitor(test.app).logIn(user);
    assert.equal((await visitor.post('/logout', {}, '/global-setup')).status, 303);
    assert.equal((await visitor.get('/global-setup')).status, 303);
  });

  it('ends seven days after it began, whatever happens', async () => {
    const visitor = await new Visitor(test.app).logIn(user);
    test.setNow(new Date(Date.now() + 7 * 24 * 3600_000 + 1000));
    assert.equal((await visitor.get('/global-setup')).status, 303);
  });

  it('with grants in two accounts asks which school', async () => {
    const other = await makeAccount('Oak School');
    await User.updateOne(
      { _id: user._id },
      { $push: { grants: { account: other._id, level: 'administrator' } } },
    );
    const visitor = await new Visitor(test.app).logIn(user);
    const page = await visitor.get('/choose-school');
    assert.match(page.text, /Oak School/);
    const stranger = await makeAccount('Elm School');
    await visitor.post('/choose-school', { account: stranger._id.toHexString() }, '/choose-school');
    assert.equal((await visitor.get('/global-setup')).status, 303);
    await visitor.post('/choose-school', { account: other._id.toHexString() }, '/choose-school');
    assert.match((await visitor.get('/global-setup')).text, /Oak School/);
  });
});

describe('a forgotten password', () => {
  let test: TestApp;
  let user: User;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    user = await makeUser((await makeAccount())._id, 'administrator');
  });

  async function mailedPath(): Promise<string> {
    await workIsDone();
    const mail = await Notification.findOne({ kind: 'new password' }).lean();
    return new URL(/http\S+/.exec(mail?.text ?? '')?.[0] ?? '').pathname;
  }

  it('is answered alike for known and unknown addresses, and mailed to the known one only', async () => {
    const known = await new Visitor(test.app).post('/forgot', { email: user.email });
    const unknown = await new Visitor(test.app).post('/forgot', { email: 'nobody@example.org' });
    assert.equal(known.status, 200);
    assert.equal(
      known.text.replace(/nonce="[^"]+"|value="[^"]+"/g, ''),
      unknown.text.replace(/nonce="[^"]+"|value="[^"]+"/g, ''),
    );
    await workIsDone();
    assert.equal(await Notification.countDocuments(), 1);
  });

  it('opening the link uses nothing up; setting the password does, and ends other sessions', async () => {
    const elsewhere = await new Visitor(test.app).logIn(user);
    const visitor = new Visitor(test.app);
    await visitor.post('/forgot', { email: user.email });
    const path = await mailedPath();
    assert.equal((await visitor.get(path)).status, 200);
    assert.equal((await visitor.get(path)).status, 200);
    assert.equal((await visitor.post(path, { password: 'short' }, path)).status, 422);
    assert.equal((await visitor.post(path, { password: 'a whole new phrase' }, path)).status, 303);
    assert.equal((await visitor.get(path)).status, 410);
    assert.equal((await visitor.get('/global-setup')).status, 200);
    assert.equal((await elsewhere.get('/global-setup')).status, 303);
    assert.equal(await OneTimeLink.countDocuments(), 0);
    const again = await new Visitor(test.app).post(
      '/login',
      { email: user.email, password: 'a whole new phrase' },
      '/login',
    );
    assert.equal(again.status, 303);
    const before = await new Visitor(test.app).post(
      '/login',
      { email: user.email, password: PASSWORD },
      '/login',
    );
    assert.equal(before.status, 422);
  });

  it('the link is over after two hours', async () => {
    const visitor = new Visitor(test.app);
    await visitor.post('/forgot', { email: user.email });
    await workIsDone();
    test.setNow(new Date(Date.now() + 2 * 3600_000 + 1000));
    assert.equal((await visitor.get(await mailedPath())).status, 410);
  });
});

function sessionIn(answer: { headers: Record<string, unknown> }): string | undefined {
  const cookies = answer.headers['set-cookie'] as string[] | undefined;
  return cookies?.find((cookie) => cookie.startsWith('slotbell='))?.split(';')[0];
}
