import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { claimMail, recordTry } from '../../server/notifications/claim-mail.js';
import { deliverMails } from '../../server/notifications/deliver-mails.js';
import { explainFault } from '../../server/notifications/explain-fault.js';
import { maySend } from '../../server/notifications/policy.js';
import { sendAgain } from '../../server/notifications/send-again.js';
import { sayFault } from '../../server/notifications/show-fault.js';
import { queueMail, type Mail } from '../../server/notifications/queue-mail.js';
import { Notification } from '../../server/models/notification.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { listCommands } from '../support/commands.js';
import { asApp } from '../support/scans.js';
import { findSentences } from '../support/sentences.js';
import { startSmtp, type SmtpServer } from '../support/smtp.js';

const NOW = new Date('2026-11-02T15:00:00Z');
const NEVER = new AbortController().signal;

describe('delivery of mails', () => {
  let smtp: SmtpServer;
  let test: TestApp;
  let minutes: number;

  const deliver = (stopping = NEVER): Promise<void> => asApp(() => deliverMails(test.deps, stopping));
  const later = (more: number): void => {
    minutes += more;
    test.setNow(new Date(NOW.getTime() + minutes * 60_000));
  };
  const queue = async (more: Partial<Mail> = {}): Promise<Types.ObjectId> => {
    const key = more.key ?? new Types.ObjectId().toHexString();
    const mail = { kind: 'news', to: 'ana@example.org', subject: 'News', text: 'Hello.', ...more, key };
    await queueMail(test.deps, mail);
    return (await Notification.findOne({ key }).orFail())._id;
  };
  const read = (id: Types.ObjectId): Promise<Notification> => Notification.findById(id).orFail().lean();

  beforeEach(async () => {
    await emptyDatabase();
    smtp = await startSmtp();
    test = createTestApp({ SMTP_URL: smtp.url, PUBLIC_URL: 'https://meet.example.org' });
    minutes = 0;
    test.setNow(NOW);
  });
  afterEach(async () => {
    await smtp.close();
    assert.deepEqual(await findSentences(), []);
  });

  it('sends a queued mail once, with its text and its id as Message-ID', async () => {
    const id = await queue({ subject: 'Grüße', text: 'See you at 5.\n' });
    assert.deepEqual(test.asked, [{ name: 'deliver-notifications', key: 'outbox' }]);
    await deliver();
    await deliver();
    assert.equal(smtp.mails.length, 1);
    assert.equal(smtp.mails[0]!.to, 'ana@example.org');
    assert.match(smtp.mails[0]!.source, /\n\nSee you at 5\./);
    assert.equal(smtp.mails[0]!.messageId, `<${id.toHexString()}@meet.example.org>`);
    const mail = await read(id);
    assert.equal(mail.state, 'sent');
    assert.deepEqual(mail.sentAt, NOW);
    assert.equal(mail.text, 'See you at 5.\n');
  });

  it('a calendar file goes along as text/calendar with its method', async () => {
    await queue({ ics: 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n' });
    await deliver();
    assert.match(
      smtp.mails[0]!.source,
      /Content-Type: text\/calendar; charset=utf-8; method=CANCEL;\s+name=meeting\.ics/,
    );
  });

  it('a subject or address that tries to add lines or recipients does not', async () => {
    await queue({ subject: 'Hi\r\nBcc: eve@example.org\r\n\r\n<b>', to: 'ana@example.org' });
    const id = await queue({ to: 'ana@example.org, eve@example.org' });
    await deliver();
    assert.ok(smtp.mails.length >= 1);
    assert.ok(smtp.mails.every((mail) => mail.to !== 'eve@example.org'));
    assert.ok(smtp.mails.every((mail) => !/^bcc:/im.test(mail.source)));
    assert.notEqual((await read(id)).state, 'queued');
  });

  it('a secret mail is emptied once it was sent, not before', async () => {
    const id = await queue({ text: 'https://meet.example.org/password/s3cret', secret: true });
    smtp.misbehave = (step) => (step.startsWith('RCPT') ? '450 later' : undefined);
    await deliver();
    assert.match((await read(id)).text, /s3cret/);
    smtp.misbehave = () => undefined;
    later(1);
    await deliver();
    assert.match(smtp.mails[0]!.source, /s3cret/);
    assert.equal((await read(id)).text, '');
  });

  it('while the server is down mails wait and say why; when it is up again they go out', async () => {
    const id = await queue();
    await smtp.close();
    await deliver();
    const waiting = await read(id);
    assert.equal(waiting.state, 'queued');
    assert.equal(sayFault(waiting.fault), 'The email server couldn’t be reached.');
    assert.deepEqual(waiting.nextAt, new Date(NOW.getTime() + 60_000));
    smtp = await startSmtp(smtp.port);
    await deliver();
    assert.equal(smtp.mails.length, 0, 'tried before its time');
    later(1);
    await deliver();
    const sent = await read(id);
    assert.equal(sent.state, 'sent');
    assert.equal(sent.fault, undefined);
  });

  it('a server that is down costs the mails behind the first few no try', async () => {
    for (let i = 0; i < 10; i++) await queue();
    await smtp.close();
    await deliver();
    assert.equal(await Notification.countDocuments({ attempts: 0, state: 'queued' }), 6);
    smtp = await startSmtp(smtp.port);
    later(1);
    await deliver();
    assert.equal(smtp.mails.length, 10);
  });

  it('tries for about a day with growing waits, then gives up', async () => {
    const id = await queue();
    smtp.misbehave = (step) => (step.startsWith('RCPT') ? '451 <ana@example.org> greylisted' : undefined);
    const waits: number[] = [];
    for (let tries = 0; tries < 20; tries++) {
      await deliver();
      const mail = await read(id);
      if (mail.state === 'failed') break;
      const wait = (mail.nextAt.getTime() - test.deps.now().getTime()) / 60_000;
      waits.push(wait);
      later(wait);
    }
    assert.deepEqual(waits, [1, 5, 15, 60, 180, 360, 720]);
    const mail = await read(id);
    assert.equal(mail.state, 'failed');
    assert.equal(sayFault(mail.fault), 'The email server asked to try again later (451).');
  });

  it('a link that works for minutes is not tried after them, nor sent again by hand', async () => {
    await smtp.close();
    const notAfter = new Date(NOW.getTime() + 10 * 60_000);
    const id = await queue({ kind: 'log in', notAfter });
    const account = new Types.ObjectId();
    const late = await queue({ kind: 'log in', notAfter, account });
    await Notification.updateOne({ _id: late }, { $set: { nextAt: notAfter } });
    await deliver();
    later(1);
    await deliver();
    later(5);
    await deliver();
    assert.deepEqual([(await read(id)).state, (await read(id)).attempts], ['failed', 3]);
    later(4);
    await deliver();
    const mail = await read(late);
    assert.deepEqual([mail.state, mail.fault?.code], ['failed', 'too late']);
    assert.ok(!maySend(mail, smtp.url, NOW));
    assert.equal((await sendAgain(test.deps, { account }, late, late)).ok, false);
  });

  it('a refused recipient fails at once, and the mail behind it goes out', async () => {
    const refused = await queue({ to: 'gone@example.org' });
    await queue({ to: 'here@example.org' });
    smtp.misbehave = (step) =>
      /^RCPT.*gone/.test(step) ? '550 5.1.1 <gone@example.org> unknown' : undefined;
    await deliver();
    const mail = await read(refused);
    assert.equal(mail.state, 'failed');
    assert.equal(sayFault(mail.fault), 'The email server refused this address (550).');
    assert.deepEqual(
      smtp.mails.map(({ to }) => to),
      ['here@example.org'],
    );
  });

  it('a refused sender is for the administrator to put right: the mail waits', async () => {
    const id = await queue();
    smtp.misbehave = (step) => (step.startsWith('MAIL') ? '553 not yours' : undefined);
    await deliver();
    const mail = await read(id);
    assert.equal(mail.state, 'queued');
    assert.equal(sayFault(mail.fault), 'The email server refused the sender (MAIL_FROM) (553).');
  });

  for (const [what, step, does, fault] of [
    ['never greets', 'CONNECT', 'hang', 'The email server didn’t answer in time.'],
    ['says nothing after the text', 'END OF DATA', 'hang', 'The email server didn’t answer in time.'],
    ['cuts the connection', 'END OF DATA', 'drop', 'The email server ended the connection.'],
  ] as const)
    it(`a server that ${what} is tried again later`, async () => {
      test.deps.config.smtpUrl = does === 'hang' ? smtp.hastyUrl : smtp.url;
      const id = await queue();
      smtp.misbehave = (at) => (at === step ? does : undefined);
      await deliver();
      const mail = await read(id);
      assert.equal(mail.state, 'queued');
      assert.equal(sayFault(mail.fault), fault);
    });

  it('a mail whose worker died while sending goes out again after the lease, with the same Message-ID', async () => {
    const id = await queue();
    smtp.misbehave = (step) => (step === 'END OF DATA' ? 'hang' : undefined);
    const lost = deliver();
    await smtp.arrived(1);
    smtp.misbehave = () => undefined;

    later(4);
    await deliver();
    assert.equal(smtp.mails.length, 1, 'taken from a worker whose lease was not over');
    later(2);
    await deliver();
    assert.equal(smtp.mails.length, 2);
    assert.equal(smtp.mails[0]!.messageId, smtp.mails[1]!.messageId);

    smtp.cut();
    await lost;
    const mail = await read(id);
    assert.equal(mail.state, 'sent', 'the lost worker, coming back, has no say any more');
    assert.equal(mail.attempts, 2);
  });

  it('a worker that comes back after its lease changes nothing while another one sends', async () => {
    const id = await queue();
    const first = await claimMail(test.deps.now());
    later(6);
    const second = await claimMail(test.deps.now());
    assert.ok(first && second);
    await recordTry(first, explainFault(new Error('any')), test.deps.now());
    assert.equal((await read(id)).state, 'sending');
    await recordTry(second, undefined, test.deps.now());
    assert.equal((await read(id)).state, 'sent');
  });

  it('an outbox in which nothing is due is asked once, and what is due comes before a mailing', async () => {
    let asking: Promise<unknown> = Promise.resolve();
    const idle = listCommands(() => {
      asking = claimMail(test.deps.now());
    });
    assert.equal(await asking, null);
    assert.equal(idle.length, 1);
    const mass = await queue({ to: 'mass@example.org', mailing: new Types.ObjectId() });
    later(1);
    const own = await queue();
    assert.deepEqual((await claimMail(test.deps.now()))?._id, own);
    assert.deepEqual((await claimMail(test.deps.now()))?._id, mass);
  });

  it('a mail that took its worker down each time is given up', async () => {
    const id = await queue();
    await Notification.updateOne({ _id: id }, { $set: { state: 'sending', attempts: 8 } });
    await deliver();
    assert.equal(smtp.mails.length, 0);
    assert.equal((await read(id)).state, 'failed');
  });

  it('two workers at once send each mail once, over few connections', async () => {
    for (let i = 0; i < 40; i++) await queue({ to: `p${i}@example.org` });
    await Promise.all([deliver(), deliver()]);
    assert.deepEqual(
      smtp.mails.map(({ to }) => to).sort(),
      Array.from({ length: 40 }, (_, i) => `p${i}@example.org`).sort(),
    );
    assert.ok(smtp.connections <= 8, `${smtp.connections} connections`);
    assert.equal(await Notification.countDocuments({ state: 'sent', attempts: 1 }), 40);
  });

  it('stops between mails: those under way end, the others stay queued', async () => {
    for (let i = 0; i < 20; i++) await queue();
    const stopping = new AbortController();
    smtp.misbehave = (step) => {
      if (step === 'END OF DATA') stopping.abort();
      return undefined;
    };
    await deliver(stopping.signal);
    assert.ok(smtp.mails.length >= 1 && smtp.mails.length <= 4, `${smtp.mails.length} went out`);
    assert.equal(await Notification.countDocuments({ state: 'sent' }), smtp.mails.length);
    assert.equal(await Notification.countDocuments({ state: 'queued', attempts: 0 }), 20 - smtp.mails.length);
  });

  it('without a mail server mails are kept; with one later they are still not sent by themselves', async () => {
    const withServer = test;
    test = createTestApp();
    const id = await queue();
    assert.equal((await read(id)).state, 'kept');
    assert.deepEqual(test.asked, []);
    test = withServer;
    later(60);
    await deliver();
    assert.equal(smtp.mails.length, 0);
  });

  it('when the mail server is taken away, what waits is kept', async () => {
    const id = await queue();
    test = createTestApp();
    await deliver();
    assert.equal((await read(id)).state, 'kept');
  });
});
