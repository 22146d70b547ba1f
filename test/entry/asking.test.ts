import assert from 'node:assert/strict';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Request } from 'express';
import { createApp } from '../../server/app.js';
import { limitAsking } from '../../server/entry/limit-asking.js';
import { Notification } from '../../server/models/notification.js';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { listCommands } from '../support/commands.js';
import { BORN, EMAIL, withLinks } from '../support/entry/mailed-links.js';

describe('asking for a mailed link', () => {
  const { links, visitor, later, ask, mails, lastLink, use, children } = withLinks();

  it('is limited by who asks for which address, and shuts out no school that shares one', async () => {
    const at = (address: string) => {
      const who = visitor();
      who.agent.set('X-Forwarded-For', address);
      return who;
    };
    let status = 0;
    for (let n = 0; n < 8; n++) status = (await ask(at('192.0.2.1'))).status;
    assert.equal(status, 429);
    assert.equal((await ask(at('192.0.2.2'))).status, 303);
    for (let n = 0; n < 20; n++)
      assert.equal((await ask(at('192.0.2.1'), { email: `parent${String(n)}@example.org` })).status, 303);
  });

  it('is there for the owner however many strangers ask: one that works, and theirs is not ended', async () => {
    const at = (address: string) => {
      const who = visitor();
      who.agent.set('X-Forwarded-For', address);
      return who;
    };
    const owner = at('192.0.2.1');
    await ask(owner);
    const path = await lastLink();
    await ask(at('192.0.2.2'));
    assert.equal((await owner.get(path)).status, 200);
    const limits = limitAsking(links.test.deps);
    for (let n = 0; n < 24; n++) {
      const req = { ip: `192.0.2.${String(10 + (n % 4))}`, get: () => undefined } as unknown as Request;
      await limits.take(req, EMAIL);
    }
    assert.equal((await ask(at('192.0.2.3'))).status, 429);
    later(11);
    const before = await mails();
    assert.equal((await ask(owner)).status, 303);
    const [mailed, ...more] = (await mails()).slice(before.length);
    assert.ok(mailed && more.length === 0);
    assert.equal((await ask(at('192.0.2.3'))).status, 429);
    // A browser in which the login was used counts apart.
    await use(owner, mailed);
    await ask(at('192.0.2.3'));
    assert.equal((await owner.post(`${links.home}/enter`, { email: EMAIL })).status, 303);
    assert.equal((await owner.post(`${links.home}/enter`, { email: EMAIL })).status, 303);
    assert.equal((await ask(at('192.0.2.3'))).status, 429);
  });

  it('gives back what was used, to the address and to who asked', async () => {
    for (let n = 0; n < 7; n++) {
      const who = visitor();
      assert.equal((await ask(who)).status, 303);
      await use(who, await lastLink());
    }
  });

  it('is read on the page in the demo, where no email leaves, and nowhere else', async () => {
    const demo = createApp({ ...createTestApp().deps, now: links.test.deps.now, showsMails: true });
    const parent = new Visitor(demo);
    await ask(parent, { number: '1000', ...BORN });
    const page = (await parent.get(`${links.home}/enter`)).text;
    assert.match(page, /In the demo, no email leaves[\s\S]*Open the link in this email/);
    const [, path = ''] = /href="(\/e\/[^"]+\/enter\/[\w-]{20,})"/.exec(page) ?? [];
    assert.equal((await use(parent, path)).headers.location, links.home);
    assert.deepEqual(await children(), [String(links.fair.students[0]!._id)]);
    await ask(visitor());
    assert.doesNotMatch((await visitor().get(`${links.home}/enter`)).text, /demo|\/enter\/[\w-]{20,}"/);
  });

  it('is promised nowhere without an email server', async () => {
    links.test = createTestApp();
    links.test.setNow(EVE);
    const page = (await visitor().get(links.home)).text;
    assert.ok(!page.includes('Email me a link') && page.includes('Register'));
    assert.ok(!(await visitor().get('/login')).text.includes('Email me a link'));
    const sent = await visitor().post(`${links.home}/enter`, { email: EMAIL }, '/forgot');
    assert.equal(sent.headers.location, `${links.home}/register`);
    assert.equal(
      (await visitor().post('/login/link', { email: EMAIL }, '/forgot')).headers.location,
      '/login',
    );
    assert.equal(await OneTimeLink.countDocuments(), 0);
  });

  it('answers alike for known and unknown addresses, by the same commands', async () => {
    await makeUser(links.fair.account._id, 'customer', { email: 'known@example.org' });
    await makeUser(links.fair.account._id, 'administrator', { email: 'admin@example.org' });
    const seen = [];
    let commands: string[] = [];
    const counted = ((req: IncomingMessage, res: ServerResponse) => {
      const asked = listCommands(() => (links.test.app as RequestListener)(req, res));
      if (req.method === 'POST') commands = asked;
    }) as unknown as TestApp['app'];
    for (const email of ['known@example.org', 'fresh@example.org', 'admin@example.org']) {
      const who = new Visitor(counted);
      const { status, headers } = await ask(who, { email });
      const sent = [...commands];
      const page = (await who.get(`${links.home}/enter`)).text
        .replaceAll(email, '…')
        .replace(/nonce="[^"]*"/g, '');
      const mail = await Notification.findOne({ to: email }).orFail().lean();
      const { kind, subject, account, event, state } = mail;
      const about = [kind, subject, account, event, state, mail.text.replace(/enter\/\S+/, '…')];
      seen.push(JSON.stringify([status, headers.location, page, about, sent]));
    }
    assert.equal(new Set(seen).size, 1);
  });

  it('is mailed once for a button that is pressed twice', async () => {
    const who = visitor();
    for (let n = 0; n < 8; n++) assert.equal((await ask(who, { key: 'abc' })).status, 303);
    assert.equal((await mails()).length, 1);
    // The process died before it was mailed.
    await Notification.deleteMany({});
    await ask(who, { key: 'abc' });
    assert.equal((await mails()).length, 1);
    later(2);
    await ask(who, { key: 'abc' });
    assert.equal((await mails()).length, 2);
  });
});
