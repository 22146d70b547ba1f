import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { AuditEntry } from '../../server/models/audit-entry.js';
import type { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

const OUTBOX = '/global-setup/outbox';
const NOW = new Date('2026-11-02T15:00:00Z');

describe('the outbox', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let event: Event;
  let admin: Visitor;
  let messages: string;

  const withServer = { SMTP_URL: 'smtp://127.0.0.1:9', PUBLIC_URL: 'http://localhost:3000' };
  const begin = async (env: NodeJS.ProcessEnv): Promise<void> => {
    test = createTestApp(env);
    test.setNow(NOW);
    admin = await new Visitor(test.app).logIn(await makeUser(account, 'administrator'));
  };
  const mail = async (more: Partial<Notification> = {}): Promise<string> => {
    const made = await Notification.create({
      account,
      kind: 'appointment booked',
      to: 'ana@example.org',
      subject: 'Booked',
      text: 'See you.',
      state: 'sent',
      nextAt: NOW,
      key: new Types.ObjectId().toHexString(),
      createdAt: NOW,
      ...more,
    });
    return made._id.toHexString();
  };

  beforeEach(async () => {
    await emptyDatabase();
    account = (await makeAccount())._id;
    event = await makeEvent(account);
    messages = `/events/${event._id.toHexString()}/messages`;
    await begin({ PUBLIC_URL: 'http://localhost:3000' });
  });

  it('with no mail says what the place is for and whether a mail server is set', async () => {
    assert.match(
      (await admin.get(OUTBOX)).text,
      /No emails yet[\s\S]*No email server is set up \(SMTP_URL\)/,
    );
    await begin(withServer);
    assert.match((await admin.get(OUTBOX)).text, /No emails yet[\s\S]*sent automatically/);
    assert.match((await admin.get(messages)).text, /No emails yet[\s\S]*Emails about this event/);
  });

  it('lists mails newest first, by state with counts, and by part of the address', async () => {
    await mail({ subject: 'The older', createdAt: new Date(NOW.getTime() - 60_000) });
    await mail({ subject: 'The newer', to: 'bo@example.org' });
    await mail({
      subject: 'The failed',
      state: 'failed',
      fault: { code: 'refused', what: 'address', status: 550 },
    });
    const all = await admin.get(OUTBOX);
    assert.match(all.text, /The newer[\s\S]*The older/);
    assert.match(all.text, /All <span class="count">3<[\s\S]*Sent <span class="count">2<[\s\S]*Failed <span/);
    assert.match(all.text, /refused this address \(550\)/);
    const failed = await admin.get(`${OUTBOX}?state=failed`);
    assert.match(failed.text, /The failed/);
    assert.doesNotMatch(failed.text, /The newer/);
    const found = await admin.get(`${OUTBOX}?q=Bo%40ex`);
    assert.match(found.text, /The newer/);
    assert.doesNotMatch(found.text, /The older/);
    assert.match((await admin.get(`${OUTBOX}?q=.*`)).text, /No emails match/);
    assert.equal((await admin.get(`${OUTBOX}?state=none&page=x`)).status, 200);
  });

  it('shows fifty mails a page', async () => {
    for (let i = 0; i < 51; i++) await mail({ subject: `Mail ${i}` });
    const first = await admin.get(OUTBOX);
    assert.match(first.text, /1–50<\/strong> of 51 emails[\s\S]*href="\/global-setup\/outbox\?page=2"/);
    const second = await admin.get(`${OUTBOX}?page=2`);
    const subjects = [first, second].flatMap(({ text }) => text.match(/>Mail \d+</g) ?? []);
    assert.equal(new Set(subjects).size, 51);
  });

  it('an event’s Messages tab lists its mails and no others', async () => {
    const id = await mail({ event: event._id, subject: 'Of this event' });
    const other = await mail({ event: new Types.ObjectId(), subject: 'Of another' });
    const none = await mail({ subject: 'Of no event' });
    const page = await admin.get(messages);
    assert.match(page.text, /Of this event/);
    assert.doesNotMatch(page.text, /Of another|Of no event/);
    assert.equal((await admin.get(`${messages}/${id}`)).status, 200);
    assert.equal((await admin.get(`${messages}/${other}`)).status, 404);
    assert.equal((await admin.get(`${messages}/${none}`)).status, 404);
  });

  it('is for administrators; Messages for event administrators of that event', async () => {
    const id = await mail({ event: event._id });
    for (const level of [
      'customer',
      'appointment maker',
      'resource administrator',
      'event administrator',
    ] as const) {
      const visitor = await new Visitor(test.app).logIn(await makeUser(account, level));
      assert.equal((await visitor.get(OUTBOX)).status, 403, level);
      assert.equal((await visitor.get(`${OUTBOX}/${id}`)).status, 403, level);
      const seen = level === 'event administrator' ? 200 : level === 'customer' ? 404 : 403;
      assert.equal((await visitor.get(messages)).status, seen, level);
      assert.equal((await visitor.get(`${messages}/${id}`)).status, seen, level);
    }
    assert.equal((await new Visitor(test.app).get(OUTBOX)).status, 303);
  });

  it('another account’s mail gives 404 and is not sent, nor is one of no account', async () => {
    await begin(withServer);
    const other = (await makeAccount('Oak School'))._id;
    for (const more of [{ account: other }, { account: undefined }]) {
      const id = await mail({ ...more, state: 'failed', subject: 'Not yours' });
      assert.doesNotMatch((await admin.get(OUTBOX)).text, /Not yours/);
      assert.equal((await admin.get(`${OUTBOX}/${id}`)).status, 404);
      assert.equal((await admin.post(`${OUTBOX}/${id}/sending`)).status, 404);
      assert.equal(await Notification.countDocuments({ _id: id, state: 'failed' }), 1);
    }
  });

  it('a hostile subject, text and address stay text', async () => {
    const evil = '<script>alert(1)</script>';
    const id = await mail({
      subject: evil,
      text: `${evil}\nhttp://localhost:3000/"onx=<b>`,
      to: `"<b>"@x.org`,
    });
    for (const path of [OUTBOX, `${OUTBOX}/${id}`]) {
      const { text } = await admin.get(path);
      assert.match(text, /&lt;script&gt;alert/);
      assert.doesNotMatch(text, /<script>alert|"onx|<b>/);
    }
  });

  it('links of this installation are links, others are text', async () => {
    const id = await mail({
      state: 'kept',
      text: 'Here:\nhttp://localhost:3000/e/abc.\n\nhttp://localhost:3000.evil.org/x http://localhost:30001/ https://evil.org',
    });
    const { text } = await admin.get(`${OUTBOX}/${id}`);
    assert.match(text, /href="http:\/\/localhost:3000\/e\/abc">http:\/\/localhost:3000\/e\/abc<\/a>\./);
    assert.equal(text.match(/href="https?:/g)?.length, 1);
    assert.match(text, /http:\/\/localhost:3000\.evil\.org\/x/);
  });

  describe('a mail with a secret link', () => {
    const text = 'http://localhost:3000/password/s3cret';

    it('that was kept is read by administrators, on record', async () => {
      const id = await mail({ secret: true, state: 'kept', text });
      const page = await admin.get(`${OUTBOX}/${id}`);
      assert.match(page.text, /href="http:\/\/localhost:3000\/password\/s3cret"/);
      assert.match(page.headers['cache-control']!, /no-store/);
      assert.equal(await AuditEntry.countDocuments({ account, action: 'read login link' }), 1);
    });

    it('is not shown by the list, nor to an event administrator', async () => {
      const id = await mail({ secret: true, state: 'kept', text, event: event._id });
      assert.doesNotMatch((await admin.get(OUTBOX)).text, /s3cret/);
      const visitor = await new Visitor(test.app).logIn(await makeUser(account, 'event administrator'));
      const page = await visitor.get(`${messages}/${id}`);
      assert.equal(page.status, 200);
      assert.doesNotMatch(page.text, /s3cret/);
    });

    for (const state of ['queued', 'sending', 'sent'] as const)
      it(`that is ${state} is read by nobody`, async () => {
        const id = await mail({ secret: true, state, text });
        assert.doesNotMatch((await admin.get(`${OUTBOX}/${id}`)).text, /s3cret/);
        assert.equal(await AuditEntry.countDocuments({ action: 'read login link' }), 0);
      });
  });

  describe('sending by hand', () => {
    for (const state of ['kept', 'failed'] as const)
      it(`a ${state} mail queues it anew, once, and leaves an audit entry`, async () => {
        await begin(withServer);
        const id = await mail({
          state,
          attempts: 8,
          fault: { code: 'unreachable' },
          event: event._id,
        });
        const path = `${messages}/${id}`;
        assert.match((await admin.get(path)).text, new RegExp(`action="${path}/sending"`));
        const answer = await admin.post(`${path}/sending`);
        assert.equal(answer.status, 303);
        assert.equal(answer.headers.location, path);
        await admin.post(`${path}/sending`);
        assert.deepEqual(test.asked, [{ name: 'deliver-notifications', key: 'outbox' }]);
        const queued = await Notification.findById(id).orFail().lean();
        assert.equal(queued.state, 'queued');
        assert.equal(queued.attempts, 0);
        assert.equal(queued.fault, undefined);
        assert.deepEqual(queued.nextAt, NOW);
        assert.equal(await AuditEntry.countDocuments({ account, event: event._id, action: 'send mail' }), 1);
      });

    it('a sent mail is not sent again', async () => {
      await begin(withServer);
      const id = await mail();
      assert.doesNotMatch((await admin.get(`${OUTBOX}/${id}`)).text, /\/sending"/);
      assert.equal((await admin.post(`${OUTBOX}/${id}/sending`)).status, 303);
      assert.equal(await Notification.countDocuments({ state: 'sent' }), 1);
      assert.deepEqual(test.asked, []);
    });

    it('is not offered and does nothing while no mail server is set', async () => {
      const id = await mail({ state: 'kept' });
      assert.doesNotMatch((await admin.get(`${OUTBOX}/${id}`)).text, /\/sending"/);
      await admin.post(`${OUTBOX}/${id}/sending`);
      assert.equal(await Notification.countDocuments({ state: 'kept' }), 1);
      assert.match((await admin.get(OUTBOX)).text, /No email server is set up, so nothing can be sent/);
    });

    it('without the form’s token gives 403', async () => {
      await begin(withServer);
      const id = await mail({ state: 'kept' });
      assert.equal((await admin.agent.post(`${OUTBOX}/${id}/sending`)).status, 403);
      assert.equal(await Notification.countDocuments({ state: 'kept' }), 1);
    });
  });
});
