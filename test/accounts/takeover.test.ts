import assert from 'node:assert/strict';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { workIsDone } from '../../server/web/after-answer.js';
import { makeConference } from '../support/booking/conference.js';
import { createTestApp, makeAccount, makeUser, PASSWORD, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

const EMAIL = 'victim@example.org';
const THEIRS = 'only the stranger knows';

/** The path of the link in the one mail of this kind. */
async function mailedPath(kind: string): Promise<string> {
  const mail = await Notification.findOne({ kind }).lean();
  return new URL(/http\S+/.exec(mail?.text ?? '')?.[0] ?? '').pathname;
}

describe("somebody who registered with another person's address", () => {
  let test: TestApp;
  let home: string;
  let stranger: Visitor;

  const logIn = (visitor: Visitor, password: string, next = '') =>
    visitor.post('/login', { email: EMAIL, password, next }, '/login');

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    const fair = await makeConference();
    home = `/e/${fair.event.link}`;
    stranger = new Visitor(test.app);
    const form = { name: 'Win a prize at prize.example', email: EMAIL, password: THEIRS };
    await stranger.post(`${home}/register`, form, `${home}/register`);
    await logIn(stranger, THEIRS);
  });

  it('does not have it proven by the person who opens the mailed link', async () => {
    const path = await mailedPath('prove e-mail');
    const victim = new Visitor(test.app);
    for (const answer of [await victim.get(path), await victim.post(path, {}, '/forgot')]) {
      assert.equal(answer.status, 303);
      assert.equal(answer.headers.location, `/login?next=${encodeURIComponent(path)}`);
    }
    assert.match((await victim.get('/login')).text, /log in[\s\S]*to confirm/i);
    assert.equal((await User.findOne({ email: EMAIL }).lean())?.emailProvenAt, undefined);
  });

  it('nor by somebody else who is logged in', async () => {
    const path = await mailedPath('prove e-mail');
    const other = await new Visitor(test.app).logIn(
      await makeUser((await makeAccount('Oak School'))._id, 'customer'),
    );
    assert.match((await other.post(path, {}, '/forgot')).headers.location ?? '', /^\/login/);
    assert.equal((await User.findOne({ email: EMAIL }).lean())?.emailProvenAt, undefined);
  });

  it('can have nothing of their own written to it', async () => {
    const mail = await Notification.findOne({ kind: 'prove e-mail' }).lean();
    assert.ok(!mail?.text.includes('prize'));
  });

  it('gets no access by the invitation of its owner', async () => {
    const account = await makeAccount('Elm School');
    const admin = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
    const form = { name: 'Kim Head', email: EMAIL, level: 'administrator' };
    assert.equal((await admin.post('/global-setup/logins', form, '/global-setup/logins')).status, 303);

    const schools = async () => (await User.findOne({ email: EMAIL }).lean())?.grants.length;
    const path = await mailedPath('invitation');
    assert.equal(await schools(), 1);
    assert.equal((await stranger.get('/global-setup')).status, 403);
    // The owner has the link and not the password, so chooses a new one, which ends what the stranger had.
    const victim = new Visitor(test.app);
    assert.match((await victim.get(path)).headers.location ?? '', /^\/login/);
    await victim.post('/forgot', { email: EMAIL });
    await workIsDone();
    const reset = await mailedPath('new password');
    assert.equal((await victim.post(reset, { password: PASSWORD }, reset)).status, 303);
    assert.equal((await logIn(new Visitor(test.app), THEIRS)).status, 422);
    assert.equal((await victim.post(path, {}, path)).status, 303);
    assert.equal(await schools(), 2);
    assert.equal((await victim.get('/global-setup')).status, 200);
  });
});

describe('an invitation of somebody whose address is proven', () => {
  it('leaves their password and name alone', async () => {
    await emptyDatabase();
    const test = createTestApp();
    const parent = await makeUser((await makeAccount())._id, 'customer', { name: 'Kim Lopez' });
    const admin = await makeUser((await makeAccount('Elm School'))._id, 'administrator');
    const form = { name: 'K. L.', email: parent.email, level: 'appointment viewer' };
    await (
      await new Visitor(test.app).logIn(admin)
    ).post('/global-setup/logins', form, '/global-setup/logins');
    await new Visitor(test.app).logIn(parent);
    assert.equal((await User.findById(parent._id).lean())?.name, 'Kim Lopez');
  });
});

describe('a login that a stranger knocks at', () => {
  it('still opens to its owner elsewhere', async () => {
    await emptyDatabase();
    const test = createTestApp({ TRUST_PROXY: '1' });
    const owner = await makeUser((await makeAccount())._id, 'administrator');
    const from = async (address: string, password: string, times: number) => {
      const visitor = new Visitor(test.app);
      const page = await visitor.get('/login');
      const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      let status = 0;
      for (let n = 0; n < times; n++) {
        const post = visitor.agent.post('/login').type('form').set('X-Forwarded-For', address);
        status = (await post.send({ _csrf, email: owner.email, password })).status;
      }
      return status;
    };
    assert.equal(await from('192.0.2.1', 'wrong', 60), 429);
    assert.equal(await from('192.0.2.2', PASSWORD, 1), 303);
  });
});

describe('pages behind a login', () => {
  it('are kept by no browser', async () => {
    await emptyDatabase();
    const test = createTestApp();
    const visitor = new Visitor(test.app);
    await visitor.logIn(await makeUser((await makeAccount())._id, 'administrator'));
    for (const path of ['/events', '/global-setup/contacts', '/my', '/nothing'])
      assert.equal((await visitor.get(path)).headers['cache-control'], 'no-store', path);
  });
});
