import assert from 'node:assert/strict';
import supertest from 'supertest';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { RateLimit } from '../../server/models/rate-limit.js';
import type { User } from '../../server/models/user.js';
import { setPassword } from '../../server/accounts/set-password.js';
import { createTestApp, makeAccount, makeUser, PASSWORD, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

describe('tries to log in', () => {
  let test: TestApp;
  let user: User;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp({ TRUST_PROXY: '1' });
    user = await makeUser((await makeAccount())._id, 'event administrator');
  });

  /** What was counted so far makes this many more. */
  const count = (key: string, points: number) =>
    RateLimit.updateOne(
      { key },
      { $inc: { points }, $set: { expire: new Date(Date.now() + 600_000) } },
      { upsert: true },
    );
  const counted = async (key: RegExp) => (await RateLimit.find({ key }).lean()).map((one) => one.points);

  async function tryFrom(address: string, email: string, password: string, visitor = new Visitor(test.app)) {
    const page = await visitor.agent.get('/login').set('X-Forwarded-For', address);
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const sent = { _csrf, email, password };
    return visitor.agent.post('/login').type('form').set('X-Forwarded-For', address).send(sent);
  }

  it('count when they are wrong; right ones are given back, everywhere', async () => {
    for (let n = 0; n < 12; n += 1)
      assert.equal((await tryFrom('192.0.2.1', user.email, PASSWORD)).status, 303);
    assert.deepEqual(await counted(/^login-(address|name)/), [0, 0]);
    await tryFrom('192.0.2.1', user.email, 'not this one');
    assert.deepEqual(await counted(/^login-(address|name)/), [1, 1]);
  });

  it('from one IPv6 network count together, those from an IPv4 address however it is written', async () => {
    for (const [n, address] of ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:2:ffff::3'].entries())
      await tryFrom(address, `x${n}@example.org`, 'guess');
    assert.deepEqual(await counted(/^login-address/), [3]);
    await tryFrom('192.0.2.1', 'x@example.org', 'guess');
    await tryFrom('::ffff:192.0.2.1', 'y@example.org', 'guess');
    assert.deepEqual(await counted(/^login-address:192/), [2]);
  });

  it('that are refused count under no other limit: one who hammers does not shut out the whole school', async () => {
    await count(`login-one:${user.email} 192.0.2.1`, 10);
    for (let n = 0; n < 5; n += 1)
      assert.equal((await tryFrom('192.0.2.1', user.email, 'guess')).status, 429);
    assert.deepEqual(await counted(/^login-address/), [0]);
  });

  it('400 wrong ones from the school, or 50 at one login, stop a strange browser, but none that this login was used in', async () => {
    const known = new Visitor(test.app);
    await tryFrom('192.0.2.1', user.email, PASSWORD, known);
    await known.post('/logout', {}, '/events');
    await count('login-address:192.0.2.1', 400);
    await count(`login-name:${user.email}`, 50);
    assert.equal((await tryFrom('192.0.2.1', user.email, PASSWORD)).status, 429);
    assert.equal((await tryFrom('192.0.2.1', user.email, PASSWORD, known)).status, 303);
  });

  it('of a known browser are bounded by themselves', async () => {
    const known = new Visitor(test.app);
    await tryFrom('192.0.2.1', user.email, PASSWORD, known);
    for (let n = 0; n < 10; n += 1)
      assert.equal((await tryFrom('192.0.2.1', user.email, 'guess', known)).status, 422);
    assert.equal((await tryFrom('192.0.2.1', user.email, PASSWORD, known)).status, 429);
    // Elsewhere the owner goes on.
    assert.equal((await tryFrom('192.0.2.9', user.email, PASSWORD)).status, 303);
  });

  it('a browser is known for the logins used in it alone, for several at once, and until the password changes', async () => {
    const other = await makeUser(user.grants[0]!.account, 'event administrator');
    const desk = new Visitor(test.app);
    for (const { email } of [user, other]) await tryFrom('192.0.2.1', email, PASSWORD, desk);
    await count('login-address:192.0.2.1', 400);
    for (const { email } of [user, other])
      assert.equal((await tryFrom('192.0.2.1', email, PASSWORD, desk)).status, 303);

    const third = await makeUser(user.grants[0]!.account, 'event administrator');
    assert.equal((await tryFrom('192.0.2.1', third.email, PASSWORD, desk)).status, 429);
    await setPassword(user._id, 'a whole new phrase', new Date());
    assert.equal((await tryFrom('192.0.2.1', user.email, 'a whole new phrase', desk)).status, 429);
    assert.equal((await tryFrom('192.0.2.1', other.email, PASSWORD, desk)).status, 303);
    assert.equal(await OneTimeLink.countDocuments(), 0);
  });

  it('the mark of a browser names nobody, cannot be made up, and is read by no script', async () => {
    const answer = await tryFrom('192.0.2.1', user.email, PASSWORD);
    const cookies = answer.headers['set-cookie'] as unknown as string[];
    const mark = cookies.find((cookie) => cookie.startsWith('slotbell-device=')) ?? '';
    assert.match(mark, /; HttpOnly/);
    assert.match(mark, /Max-Age=3\d{7};/);
    assert.ok(!mark.includes(user._id.toHexString()) && !mark.includes(user.email));

    await count('login-address:192.0.2.1', 400);
    const value = /=([^;]+)/.exec(mark)?.[1] ?? '';
    for (const forged of [
      value.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A')),
      'x',
      'a'.repeat(16) + '.' + 'b'.repeat(43),
    ]) {
      const page = await supertest(test.app).get('/login');
      const session = (page.headers['set-cookie'] as unknown as string[])[0]?.split(';')[0] ?? '';
      const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      const tried = await supertest(test.app)
        .post('/login')
        .type('form')
        .set({ Cookie: `${session}; slotbell-device=${forged}`, 'X-Forwarded-For': '192.0.2.1' })
        .send({ _csrf, email: user.email, password: PASSWORD });
      assert.equal(tried.status, 429, forged);
    }
  });
});
