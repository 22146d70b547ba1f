import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import supertest from 'supertest';
import { Session } from '../../server/models/session.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { leastHeldBy, MOST_HELD } from '../support/loop.js';

const FORM = 'application/x-www-form-urlencoded';
const keys = (count: number) => Array.from({ length: count }, (_, n) => `k${n}=`).join('&');

describe('a posted form', () => {
  let test: TestApp;
  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    await makeAccount();
  });

  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    supertest(test.app)
      .post(path)
      .set({ 'Content-Type': FORM, ...headers })
      .serialize((sent: unknown) => sent as string)
      .send(body);

  it('is not inflated: a few bytes would hold the process for seconds', async () => {
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const body = gzipSync(keys(19_990));
      const held = await leastHeldBy(async () => {
        const answer = await post('/login', body, { 'Content-Encoding': encoding });
        assert.equal(answer.status, 415);
        assert.match(answer.text, /couldn’t read that request/);
      });
      assert.ok(held <= MOST_HELD, `${held} ms`);
    }
  });

  it('has at most 1,000 fields, named once or many times', async () => {
    for (const body of [keys(1_001), Array(1_001).fill('email=x').join('&'), '&'.repeat(1_000)])
      assert.equal((await post('/login', body)).status, 413);
    // Read whole; refused for lack of a token.
    for (const body of [keys(1_000), Array(1_000).fill('email=x').join('&')])
      assert.equal((await post('/login', body)).status, 403);
  });

  it('is as large as its texts need: 32 kB from a visitor, 100 kB from who is logged in', async () => {
    assert.equal((await post('/login', `email=${'x'.repeat(31_000)}`)).status, 403);
    assert.equal((await post('/login', `email=${'x'.repeat(33_000)}`)).status, 413);
    const account = await makeAccount();
    const event = await makeEvent(account._id);
    const visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
    const page = `/events/${event._id.toHexString()}/settings`;
    assert.equal((await visitor.post(page, { description: 'x'.repeat(90_000) }, page)).status, 422);
    assert.equal((await visitor.post(page, { description: 'x'.repeat(110_000) }, page)).status, 413);
  });

  it('with a box for each of 5,000 teachers is taken where slots are made, by who is logged in alone', async () => {
    const account = await makeAccount();
    const event = await makeEvent(account._id);
    const slots = `/events/${event._id.toHexString()}/slots`;
    const resources = Array.from({ length: 5_000 }, (_, n) => n.toString(16).padStart(24, '0'));
    const visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
    const answer = await visitor.post(`${slots}/changes`, { action: 'hide', resources }, '/global-setup');
    assert.equal(answer.status, 303);
    const elsewhere = await visitor.post('/global-setup', { resources }, '/global-setup');
    assert.equal(elsewhere.status, 413);
    const body = resources.map((id) => `resources=${id}`).join('&');
    assert.equal((await post(`${slots}/changes`, body)).status, 413);
  });

  it('keeps what browsers send: spaces, signs, several of one name, broken percent signs', async () => {
    const account = await makeAccount();
    const visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
    const page = await visitor.get('/global-setup');
    const token = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const answer = await visitor.agent
      .post('/global-setup')
      .type('form')
      .send(`_csrf=${token}&name=L%C3%B6we+%26+Son+100%&timeZone=Mars/Base`);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /value="Löwe &amp; Son 100%"/);
  });
});

describe('who only looks around', () => {
  beforeEach(emptyDatabase);

  it('leaves no session behind; a page with a form begins one', async () => {
    const { app } = createTestApp();
    const account = await makeAccount();
    await makeUser(account._id, 'administrator');
    const event = await makeEvent(account._id);
    for (const path of [
      '/',
      '/events',
      '/nowhere',
      '/my',
      `/e/${event.link}`,
      `/e/${event.link}/children`,
      '/healthz',
    ]) {
      const answer = await supertest(app).get(path).set('Accept', 'text/html');
      assert.equal(answer.headers['set-cookie'], undefined, path);
    }
    for (const path of ['/login', `/e/${event.link}/register`, '/nowhere'])
      assert.equal((await supertest(app).post(path).type('form').send({ email: 'x' })).status, 403, path);
    assert.equal(await Session.countDocuments(), 0);

    const login = await supertest(app).get('/login');
    assert.match(login.text, /name="_csrf" value="[0-9a-f]{20,}"/);
    assert.equal(await Session.countDocuments(), 1);
  });
});
