import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Deps } from '../../server/deps.js';
import { AgendaJob } from '../../server/models/agenda-job.js';
import { Notification } from '../../server/models/notification.js';
import { startWorkerProcess } from '../support/jobs/worker-process.js';
import { createTestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { queueNews } from '../support/news.js';
import { startSmtp, type SmtpServer } from '../support/smtp.js';

const MAILS = 12;
/** As many as one round of a worker sends at once; it may be at two rounds. */
const LANES = 4;

describe('a worker that ends amid sending', () => {
  let smtp: SmtpServer;
  let dataDir: string;
  let deps: Deps;

  beforeEach(async () => {
    await emptyDatabase();
    smtp = await startSmtp();
    dataDir = await mkdtemp(path.join(tmpdir(), 'slotbell-mail-'));
    ({ deps } = createTestApp({ SMTP_URL: smtp.url, DATA_DIR: dataDir }));
    await queueNews(deps, MAILS);
  });
  afterEach(async () => {
    await smtp.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** When it was sent the signal, in the clock of `performance`. */
  let toldAt = 0;

  /** @returns its exit code, once it was sent the signal in the moment that so many texts are there without an answer */
  async function endAmid(signal: NodeJS.Signals, arrived: number, env = {}): Promise<number | null> {
    const worker = startWorkerProcess({ deps }, { env });
    try {
      await smtp.arrived(arrived);
      toldAt = performance.now();
      worker.kill(signal);
      const [code] = (await once(worker, 'exit')) as [number | null];
      // What it sent before may still be on its way.
      await smtp.left();
      return code;
    } finally {
      worker.kill('SIGKILL');
    }
  }

  /** The lease of a worker that is gone runs out, and another one sends what is left. */
  async function sendTheRest(total: number): Promise<void> {
    smtp.misbehave = () => undefined;
    smtp.delayMs = 0;
    await Notification.updateMany({ state: 'sending' }, { $set: { nextAt: new Date() } });
    // So does its lock on the job.
    await AgendaJob.deleteMany({});
    assert.equal(await endAmid('SIGTERM', total), 0);
    assert.equal(smtp.mails.length, total);
    assert.equal(await Notification.countDocuments({ state: 'sent' }), MAILS);
    assert.equal(new Set(smtp.mails.map(({ to }) => to)).size, MAILS);
    // A mail that came twice can be known as one.
    const idOf = new Map(smtp.mails.map(({ to, messageId }) => [to, messageId]));
    for (const { to, messageId } of smtp.mails) assert.equal(messageId, idOf.get(to));
    assert.equal(new Set(idOf.values()).size, MAILS);
  }

  it('told to end: it waits for the server’s answers; the next one sends the rest, and no mail goes out twice', async () => {
    smtp.delayMs = 3000;
    assert.equal(await endAmid('SIGTERM', 1), 0);
    const early = smtp.mails.length;
    assert.ok(early < MAILS, 'it stopped early');
    assert.equal(await Notification.countDocuments({ state: 'sent' }), early);
    assert.equal(await Notification.countDocuments({ state: 'sending' }), 0);
    await sendTheRest(MAILS);
  });

  it('told to end while the server never answers: it waits as long as its drain allows, and they go out again under the same Message-ID', async () => {
    smtp.misbehave = (step) => (step === 'END OF DATA' ? 'hang' : undefined);
    assert.equal(await endAmid('SIGTERM', LANES, { DRAIN_SECONDS: '2' }), 0);
    assert.ok(performance.now() - toldAt >= 2000);
    const unanswered = smtp.mails.length;
    // It may have taken some whose text had not gone out yet.
    const taken = await Notification.countDocuments({ state: 'sending' });
    assert.ok(taken >= unanswered && taken <= 2 * LANES, String(taken));
    await sendTheRest(MAILS + unanswered);
  });

  it('killed while the server has the texts and has not answered: those and no others go out again, under the same Message-ID', async () => {
    smtp.misbehave = (step) => (step === 'END OF DATA' ? 'hang' : undefined);
    assert.equal(await endAmid('SIGKILL', LANES), null);
    await sendTheRest(MAILS + smtp.mails.length);
  });

  it('whose server drops the connection in place of an answer: later, not at once, and under the same Message-ID', async () => {
    let dropped = 0;
    smtp.misbehave = (step) => (step === 'END OF DATA' && dropped++ < 1 ? 'drop' : undefined);
    await endAmid('SIGTERM', 1);
    const [lost] = smtp.mails;
    assert.equal(smtp.mails.filter(({ to }) => to === lost?.to).length, 1);
    await Notification.updateMany({ state: 'queued' }, { $set: { nextAt: new Date() } });
    await sendTheRest(MAILS + 1);
  });
});
