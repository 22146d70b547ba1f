import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Notification } from '../../server/models/notification.js';
import { queueMail } from '../../server/notifications/queue-mail.js';
import { startWorkerProcess } from '../jobs/worker-process.js';
import { createTestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { startSmtp } from '../support/smtp.js';

const MAILS = 12;

describe('a worker that is told to end amid sending', () => {
  it('waits for the server’s answers; the next one sends the rest, and no mail goes out twice', async function () {
    this.timeout(90_000);
    await emptyDatabase();
    const smtp = await startSmtp();
    const dataDir = await mkdtemp(path.join(tmpdir(), 'slotbell-mail-'));
    const { deps } = createTestApp({ SMTP_URL: smtp.url, DATA_DIR: dataDir });
    for (let n = 0; n < MAILS; n++)
      await queueMail(deps, {
        kind: 'news',
        to: `parent${String(n)}@example.org`,
        subject: 'News',
        text: 'Hello.',
        key: String(n),
      });
    smtp.delayMs = 1500;
    const first = startWorkerProcess({ deps });
    try {
      await smtp.arrived(1);
      first.kill('SIGTERM');
      const [code] = (await once(first, 'exit')) as [number | null];
      assert.equal(code, 0);
      const early = smtp.mails.length;
      assert.ok(early < MAILS, 'it stopped early');
      assert.equal(await Notification.countDocuments({ state: 'sent' }), early);
      assert.equal(await Notification.countDocuments({ state: 'sending' }), 0);
      smtp.delayMs = 0;
      const second = startWorkerProcess({ deps });
      try {
        await smtp.arrived(MAILS);
      } finally {
        second.kill('SIGTERM');
        await once(second, 'exit');
      }
      assert.equal(smtp.mails.length, MAILS);
      assert.equal(new Set(smtp.mails.map(({ to }) => to)).size, MAILS);
      assert.equal(await Notification.countDocuments({ state: 'sent' }), MAILS);
    } finally {
      first.kill('SIGKILL');
      await smtp.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
