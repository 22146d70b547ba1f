import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import supertest from 'supertest';
import { claimMail } from '../../server/notifications/claim-mail.js';
import { deliverMails } from '../../server/notifications/deliver-mails.js';
import { queueMail } from '../../server/notifications/queue-mail.js';
import { sendReminders } from '../../server/meetings/send-reminders.js';
import { tellHousehold } from '../../server/meetings/tell-household.js';
import { readLink, signLink } from '../../server/notifications/unsubscribing/sign-link.js';
import { seal } from '../../server/seal.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { Unsubscription } from '../../server/models/unsubscription.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import {
  bookSlot,
  EVE,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
} from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';
import { startSmtp, type SmtpServer } from '../support/smtp.js';

const NEVER = new AbortController().signal;

describe('unsubscribing', () => {
  let smtp: SmtpServer;
  let test: TestApp;
  let school: Conference;
  let account: Types.ObjectId;

  beforeEach(async () => {
    await emptyDatabase();
    smtp = await startSmtp();
    test = createTestApp({ SMTP_URL: smtp.url, PUBLIC_URL: 'http://meet.example.org' });
    test.setNow(EVE);
    school = await makeConference();
    account = school.account._id;
  });
  afterEach(() => smtp.close());

  const linkOf = (email = 'eva@x.org') => signLink(test.deps.config, account, email);
  const pathOf = (link: string) => new URL(link).pathname;
  const isUnsubscribed = async (email = 'eva@x.org') =>
    (await Unsubscription.exists({ account, email })) !== null;
  const groupMail = (key: string) =>
    queueMail(test.deps, {
      ...{ account, kind: 'announcement', to: 'eva@x.org', subject: 'News', mayUnsubscribe: true, key },
      text: 'Hello <Eva> & all,\n\nBook here:\nhttp://meet.example.org/e/abc\n\nNot ours: https://evil.org/x',
    });
  const deliver = () => asApp(() => deliverMails(test.deps, NEVER));

  it('stands in the mail as a link, as a button of the mail program, and nowhere in clear', async () => {
    await groupMail('one');
    await deliver();
    const source = smtp.mails[0]!.source.replace(/=\n/g, '');
    const [, way = ''] = /^List-Unsubscribe:\s+<(http:\S+)>$/m.exec(source) ?? [];
    assert.match(source, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m);
    assert.ok(!way.includes('eva') && !way.includes(account.toHexString()));
    assert.deepEqual(readLink(way.split('/').at(-1), test.deps.config), { account, email: 'eva@x.org' });
    assert.match(source, /Unsubscribe: http:\/\/meet\.example\.org\/unsubscribe\//);
    assert.match(source, /Hello &lt;Eva&gt; &amp; all/);
    assert.ok(!/href="https:\/\/evil|href=3D"https:\/\/evil/.test(source));
  });

  it('looking at the link changes nothing; its button, or the mail program’s own, does, once', async () => {
    const path = pathOf(linkOf());
    const page = await supertest(test.app).get(path);
    assert.equal(page.status, 200);
    assert.match(
      page.text,
      /Stop reminders and announcements from Maple School to eva@x\.org\?[\s\S]*<button[^>]*>Unsubscribe/,
    );
    assert.equal(await isUnsubscribed(), false);
    for (const _ of [1, 2]) {
      const answer = await supertest(test.app).post(path).type('form').send('List-Unsubscribe=One-Click');
      assert.equal(answer.status, 200);
    }
    assert.equal(await isUnsubscribed(), true);
    assert.equal(await AuditEntry.countDocuments({ account, action: 'unsubscribe' }), 1);
    const back = await supertest(test.app).post(`${path}/return`);
    assert.match(back.text, /You get these emails again/);
    assert.equal(await isUnsubscribed(), false);
  });

  it('a damaged link, one of another secret or for another purpose does nothing', async () => {
    const { appSecret } = test.deps.config;
    const text = `unsubscribe\n${account.toHexString()}\neva@x.org`;
    for (const secret of ['nothing', seal(text, `${appSecret}x`), seal(text.replace('un', ''), appSecret)]) {
      const answer = await supertest(test.app).post(`/unsubscribe/${secret}`);
      assert.equal(answer.status, 410);
      assert.match(answer.text, /Copy the whole link/);
    }
    assert.equal(await Unsubscription.countDocuments(), 0);
  });

  it('ends reminders, and never what becomes of own appointments', async () => {
    const adults = [];
    for (const email of ['eva@x.org', 'tom@x.org'])
      adults.push(await makeUser(account, 'customer', { email }));
    const household = await makeHousehold(account, school.students.slice(0, 1), adults[0]!._id);
    household.adults.push(adults[1]!._id);
    await Household.updateOne({ _id: household._id }, { $set: { adults: household.adults } });
    await supertest(test.app).post(pathOf(linkOf()));
    const held = await bookSlot(test.deps, wishOf(school, household, school.teachers[0]!.slots[0]!));
    assert.ok(held.ok);
    await Event.updateOne({ _id: school.event._id }, { $set: { reminders: [2] } });
    await sendReminders(test.deps, NEVER);
    test.setNow(new Date('2026-11-24T21:30:00Z'));
    await asApp(() => sendReminders(test.deps, NEVER));
    const told = async (kind: string) =>
      (await Notification.find({ kind }).lean()).map(({ to, mayUnsubscribe }) => [to, mayUnsubscribe]).sort();
    assert.deepEqual(await told('appointment booked'), [
      ['eva@x.org', undefined],
      ['tom@x.org', undefined],
    ]);
    assert.deepEqual(await told('appointment reminder'), [['tom@x.org', true]]);
    const appointment = await Appointment.findById(held.appointment._id).orFail().lean();
    await tellHousehold(test.deps, appointment, 'cancelled');
    assert.equal((await told('appointment cancelled')).length, 2);
  });

  it('also stops what waits in the outbox already, which says why', async () => {
    await groupMail('one');
    await supertest(test.app).post(pathOf(linkOf()));
    await deliver();
    assert.equal(smtp.mails.length, 0);
    const mail = await Notification.findOne({ key: 'one' }).orFail().lean();
    assert.deepEqual([mail.state, mail.fault?.code], ['failed', 'unsubscribed']);
    const admin = await new Visitor(test.app).logIn(await makeUser(account, 'administrator'));
    assert.match(
      (await admin.get('/global-setup/outbox')).text,
      /unsubscribed from reminders and group emails before/,
    );
    const list = await admin.get('/global-setup/outbox/unsubscribed?q=EVA');
    assert.match(list.text, /eva@x\.org[\s\S]*Mon, Nov 23/);
    await admin.post('/global-setup/outbox/retries');
    const page = `/global-setup/outbox/${mail._id.toHexString()}`;
    assert.doesNotMatch((await admin.get(page)).text, /\/sending"/);
    await admin.post(`${page}/sending`);
    assert.match((await admin.get(page)).text, /unsubscribed from reminders/);
    assert.equal((await Notification.findById(mail._id).lean())?.state, 'failed');
  });

  it('mails of a mailing wait while others go out', async () => {
    const mailing = school.event._id;
    for (const key of ['a', 'b', 'c'])
      await queueMail(test.deps, {
        account,
        mailing,
        kind: 'announcement',
        to: `${key}@x.org`,
        subject: 'News',
        text: '.',
        key,
      });
    test.setNow(new Date(EVE.getTime() + 60_000));
    await queueMail(test.deps, {
      account,
      kind: 'new password',
      to: 'z@x.org',
      subject: 'Link',
      text: '.',
      key: 'z',
    });
    const order = [];
    for (let n = 0; n < 4; n++) order.push((await asApp(() => claimMail(test.deps.now())))?.to);
    assert.equal(order[0], 'z@x.org');
    assert.deepEqual(order.slice(1).sort(), ['a@x.org', 'b@x.org', 'c@x.org']);
  });
});
