import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { User } from '../../server/models/user.js';
import { makeFirstAdministrator, makeSetupCode } from '../../server/accounts/make-first-administrator.js';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { live } from '../support/roster/crash.js';
import { createTestApp, makeAccount, PASSWORD, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

describe('the first set-up', () => {
  let test: TestApp;
  const answers = {
    accountName: 'Maple School',
    timeZone: 'America/Chicago',
    name: 'Robin Office',
    email: 'Robin@Example.org ',
    password: PASSWORD,
  };

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
  });

  it('every page leads there while there is no account', async () => {
    const answer = await new Visitor(test.app).get('/');
    assert.equal(answer.headers.location, '/setup');
  });

  it('with the printed code makes the account and its administrator, logged in', async () => {
    const code = await makeSetupCode(new Date());
    assert.ok(code);
    const visitor = new Visitor(test.app);
    const answer = await visitor.post('/setup', { ...answers, code: code.toLowerCase() }, '/setup');
    assert.equal(answer.status, 303);
    assert.equal((await visitor.get('/global-setup')).status, 200);
    const user = await User.findOne({ email: 'robin@example.org' }).lean();
    assert.equal(user?.grants[0]?.level, 'administrator');
    assert.equal(await makeSetupCode(new Date()), undefined);
  });

  it('with another code is refused, keeps what was typed but the password, and makes nothing', async () => {
    await makeSetupCode(new Date());
    const answer = await new Visitor(test.app).post(
      '/setup',
      { ...answers, code: 'AAAA-BBBB-CCCC' },
      '/setup',
    );
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Maple School/);
    assert.ok(!answer.text.includes(PASSWORD));
    assert.equal(await Account.countDocuments(), 0);
  });

  it('twice at once makes one account', async () => {
    const code = await makeSetupCode(new Date());
    assert.ok(code);
    const tries = [1, 2, 3].map((n) =>
      new Visitor(test.app).post(
        '/setup',
        { ...answers, email: `a${String(n)}@example.org`, code },
        '/setup',
      ),
    );
    const statuses = (await Promise.all(tries)).map((answer) => answer.status);
    assert.equal(statuses.filter((status) => status === 303).length, 1);
    assert.equal(await Account.countDocuments(), 1);
  });

  describe('that dies in between', () => {
    const later = new Date(Date.now() + 60_000);
    const given = { ...answers, email: 'robin@example.org' };

    /** Whoever starts Slotbell again can get in: with the password that was chosen, or by a code that is printed. */
    async function getIn(): Promise<void> {
      const code = await makeSetupCode(later);
      const visitor = new Visitor(test.app);
      if (code) {
        assert.equal((await visitor.get('/')).headers.location, '/setup');
        assert.equal((await visitor.post('/setup', { ...given, code }, '/setup')).status, 303);
      } else await visitor.logIn(given);
      assert.match((await visitor.get('/global-setup')).text, /value="Maple School"/);
      assert.deepEqual([await Account.countDocuments(), await User.countDocuments()], [1, 1]);
      assert.equal(await makeSetupCode(later), undefined);
      assert.equal(await OneTimeLink.countDocuments({ kind: 'first administrator' }), 0);
      assert.equal(await OneTimeLink.countDocuments({ begun: { $exists: true } }), 0);
    }

    it('leaves a way in, at whichever write it was', async () => {
      for (let dieAt = 1; ; dieAt += 1) {
        await emptyDatabase();
        const code = (await makeSetupCode(new Date())) ?? '';
        const { killed } = await live(() => makeFirstAdministrator({ ...given, code }, new Date()), {
          dieAt,
        });
        await getIn();
        if (!killed) {
          assert.ok(dieAt > 3, 'it was killed at every write');
          return;
        }
      }
    });

    it('is finished by the next page, too, when another process lives on', async () => {
      const code = (await makeSetupCode(new Date())) ?? '';
      await live(() => makeFirstAdministrator({ ...given, code }, new Date()), { dieAt: 3 });
      assert.equal((await new Visitor(test.app).get('/')).headers.location, '/login');
      await getIn();
    });

    it('in a version that left an account without anybody is begun again', async () => {
      await makeAccount('Half made');
      await getIn();
    });
  });
});
