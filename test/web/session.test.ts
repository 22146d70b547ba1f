import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MongoStore } from 'connect-mongo';
import { createTestApp, makeAccount, makeUser, PASSWORD } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

describe('who logs in', () => {
  const { set } = MongoStore.prototype;
  before(emptyDatabase);
  after(() => {
    MongoStore.prototype.set = set;
  });

  it('is logged in on the page that they are sent to, however slowly the session is saved', async () => {
    const { app } = createTestApp();
    const { email } = await makeUser((await makeAccount())._id, 'administrator');
    const server = app.listen(0);
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    try {
      const page = await fetch(`${origin}/login`);
      const _csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
      MongoStore.prototype.set = function (id, session, done) {
        void whatWasSentBefore(origin).then(() => {
          set.call(this, id, session, done);
        });
      };
      const login = await fetch(`${origin}/login`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: cookieOf(page) },
        body: new URLSearchParams({ _csrf, email, password: PASSWORD, next: '/events' }),
      });
      assert.deepEqual([login.status, login.headers.get('location')], [303, '/events']);
      const next = await fetch(`${origin}/events`, {
        redirect: 'manual',
        headers: { cookie: cookieOf(login) },
      });
      assert.equal(next.status, 200);
      await next.text();
    } finally {
      server.close();
    }
  });
});

/** Has arrived once a few answers that were asked for later have. */
async function whatWasSentBefore(origin: string): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await (await fetch(`${origin}/healthz`)).text();
}

function cookieOf(answer: Response): string {
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  return cookies.find((cookie) => cookie.startsWith('slotbell=')) ?? '';
}
