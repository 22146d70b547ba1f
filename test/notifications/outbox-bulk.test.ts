import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Notification } from '../../server/models/notification.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

const OUTBOX = '/global-setup/outbox';
const NOW = new Date('2026-11-02T15:00:00Z');

describe('the outbox, all at once', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let admin: Visitor;

  beforeEach(async () => {
    await emptyDatabase();
    account = (await makeAccount())._id;
    await begin({ SMTP_URL: 'smtp://127.0.0.1:9' });
  });
  async function begin(env: NodeJS.ProcessEnv): Promise<void> {
    test = createTestApp(env);
    test.setNow(NOW);
    admin = await new Visitor(test.app).logIn(
      await makeUser(account, 'administrator', { email: `admin${String(Math.random()).slice(2)}@x.org` }),
    );
  }
  const mail = (to: string, more: Partial<Notification> = {}) =>
    Notification.create({
      ...{ account, kind: 'news', to, subject: 'News', text: 'Hello', state: 'failed', attempts: 8 },
      ...{ nextAt: NOW, createdAt: NOW, key: to, fault: { code: 'unreachable' }, ...more },
    });
  const queued = async () =>
    (await Notification.find({ state: 'queued', kind: 'news' }).sort({ to: 1 }).lean()).map(({ to }) => to);

  it('tries what failed again: all of it, or what a search finds, and of the own account alone', async () => {
    const event = await makeEvent(account);
    await mail('a@x.org');
    await mail('b@y.org', { event: event._id });
    await mail('no address', { fault: { code: 'no address' } });
    await mail('sent@x.org', { state: 'sent' });
    // What it says may be over.
    await mail('old@x.org', { createdAt: new Date(NOW.getTime() - 73 * 3600_000) });
    await mail('reminded@x.org', { kind: 'appointment reminder' });
    await mail('other@x.org', { account: new Types.ObjectId() });
    assert.match((await admin.get(OUTBOX)).text, /Try 2 failed emails of the last 3 days again/);
    const found = await admin.post(`${OUTBOX}/retries`, { q: 'X.org', state: 'failed' }, OUTBOX);
    assert.equal(found.headers.location, `${OUTBOX}?q=X.org&state=failed`);
    assert.deepEqual(await queued(), ['a@x.org']);
    const messages = `/events/${event._id.toHexString()}/messages`;
    await admin.post(`${messages}/retries`, {}, messages);
    assert.deepEqual(await queued(), ['a@x.org', 'b@y.org']);
    assert.match((await admin.get(messages)).text, /1 email is being sent again/);
    await admin.post(`${OUTBOX}/retries`, {}, OUTBOX);
    assert.match(
      (await admin.get(OUTBOX)).text,
      /no failed emails of the last 3 days that can be sent again/,
    );
    assert.deepEqual(await queued(), ['a@x.org', 'b@y.org']);
    assert.equal(await Notification.countDocuments({ to: 'reminded@x.org', state: 'failed' }), 1);
    const again = await Notification.findOne({ to: 'a@x.org' }).orFail().lean();
    assert.deepEqual([again.attempts, again.fault], [0, undefined]);
    assert.equal(await AuditEntry.countDocuments({ account, action: 'retry mails' }), 2);
  });

  it('a test email goes to whoever asks for it, once for two clicks, and its page says what became of it', async () => {
    assert.match((await admin.get(OUTBOX)).text, /Send a test email to admin/);
    const answer = await admin.post(`${OUTBOX}/test`, {}, OUTBOX);
    assert.equal((await admin.post(`${OUTBOX}/test`, {}, OUTBOX)).headers.location, answer.headers.location);
    const mails = await Notification.find({ kind: 'test' }).lean();
    assert.equal(mails.length, 1);
    assert.match(mails[0]!.to, /^admin/);
    assert.match(
      (await admin.get(answer.headers.location ?? '')).text,
      /Test email[\s\S]*Check again whether it was sent/,
    );
  });

  it('without a mail server neither is offered, and neither does anything', async () => {
    await begin({});
    await mail('a@x.org');
    const page = (await admin.get(OUTBOX)).text;
    assert.doesNotMatch(page, /test email|Try 1 failed/);
    await admin.post(`${OUTBOX}/test`, {}, OUTBOX);
    assert.match((await admin.get(OUTBOX)).text, /No email server is set up, so nothing can be sent/);
    await admin.post(`${OUTBOX}/retries`, {}, OUTBOX);
    assert.deepEqual(await queued(), []);
    assert.equal(await Notification.countDocuments({ kind: 'test' }), 0);
  });
});
