import assert from 'node:assert/strict';
import { Notification } from '../../server/models/notification.js';
import type { User } from '../../server/models/user.js';
import { createTestApp, makeAccount, makeUser, PASSWORD, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

describe('people who log in', () => {
  let test: TestApp;
  let admin: User;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    admin = await makeUser((await makeAccount())._id, 'administrator');
  });

  it('an invited person sets a password by the mailed link and has the level given', async () => {
    const visitor = await new Visitor(test.app).logIn(admin);
    const answer = await visitor.post(
      '/global-setup/logins',
      { name: 'Kim Desk', email: 'kim@example.org', level: 'appointment maker' },
      '/global-setup/logins',
    );
    assert.equal(answer.status, 303);
    const mail = await Notification.findOne({ kind: 'invitation' }).lean();
    const path = new URL(/http\S+/.exec(mail?.text ?? '')?.[0] ?? '').pathname;
    const invited = new Visitor(test.app);
    assert.equal((await invited.post(path, { password: PASSWORD }, path)).status, 303);
    assert.equal((await invited.get('/global-setup')).status, 403);
  });

  it('nobody but an administrator reaches the page, and nobody changes their own level', async () => {
    for (const level of [
      'customer',
      'appointment viewer',
      'appointment maker',
      'resource administrator',
      'event administrator',
    ] as const) {
      const visitor = await new Visitor(test.app).logIn(await makeUser(admin.grants[0]!.account, level));
      assert.equal((await visitor.get('/global-setup/logins')).status, 403, level);
    }
    const visitor = await new Visitor(test.app).logIn(admin);
    const path = `/global-setup/logins/${admin._id.toHexString()}/level`;
    assert.equal((await visitor.post(path, { level: 'none' }, '/global-setup/logins')).status, 403);
  });

  it("another account's login is 404", async () => {
    const stranger = await makeUser((await makeAccount('Oak School'))._id, 'appointment maker');
    const visitor = await new Visitor(test.app).logIn(admin);
    const path = `/global-setup/logins/${stranger._id.toHexString()}/level`;
    assert.equal((await visitor.post(path, { level: 'administrator' }, '/global-setup/logins')).status, 404);
  });
});
