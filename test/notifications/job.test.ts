import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createQueue } from '../../jobs/queue.js';
import { startWorker } from '../../jobs/start-worker.js';
import { Notification } from '../../server/models/notification.js';
import { queueMail } from '../../server/notifications/queue-mail.js';
import { createTestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { startSmtp } from '../support/smtp.js';

describe('the delivery job', () => {
  it('sends a mail as soon as it is queued, and a stop waits for it', async () => {
    await emptyDatabase();
    const smtp = await startSmtp();
    const dataDir = await mkdtemp(path.join(tmpdir(), 'slotbell-mail-'));
    const { deps } = createTestApp({ SMTP_URL: smtp.url, DATA_DIR: dataDir });
    const queue = createQueue({ processEveryMs: 500, lockMs: 2000 });
    deps.queue = queue;
    const worker = await startWorker(deps, queue);
    try {
      await queueMail(deps, {
        kind: 'news',
        to: 'ana@example.org',
        subject: 'News',
        text: 'Hello.',
        key: 'one',
      });
      await smtp.arrived(1);
    } finally {
      await worker.stop();
      await smtp.close();
      await rm(dataDir, { recursive: true, force: true });
    }
    assert.equal(smtp.mails.length, 1);
    assert.equal(await Notification.countDocuments({ state: 'sent' }), 1);
  });
});
