import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Deps } from '../../server/deps.js';
import { Notification } from '../../server/models/notification.js';
import { createTestApp } from '../support/app.js';
import { startFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.js';
import { emptyDatabase, testDatabaseUri } from '../support/hooks.js';
import { queueNews } from '../support/news.js';
import { startSmtp, type SmtpServer } from '../support/smtp.js';
import { startWorkerProcess } from '../support/jobs/worker-process.js';

const MAILS = 8;

/** What a process sends the database first when it comes to that moment of its start. */
const MOMENTS: [string, string][] = [
  ['connects to the database', 'hello'],
  ['builds indexes', 'createIndexes'],
  ['puts its recurring jobs into the queue', 'retry-notifications'],
];

for (const program of ['server/index', 'jobs/worker'] as const)
  describe(`${program}, told to end while it starts`, () => {
    let proxy: FaultyProxy;
    let smtp: SmtpServer;
    let dataDir: string;
    let deps: Deps;

    beforeEach(async () => {
      await emptyDatabase();
      proxy = await startFaultyProxy(testDatabaseUri());
      smtp = await startSmtp();
      dataDir = await mkdtemp(path.join(tmpdir(), 'slotbell-start-'));
      ({ deps } = createTestApp({ SMTP_URL: smtp.url, DATA_DIR: dataDir }));
    });
    afterEach(async () => {
      await proxy.close();
      await smtp.close();
      await rm(dataDir, { recursive: true, force: true });
    });

    const start = (): { child: ChildProcess; said: () => string } => {
      const env = { MONGODB_URI: proxy.uri, PORT: '0', HOST: '127.0.0.1', STOP_PAUSE_SECONDS: '0' };
      const child = startWorkerProcess({ deps }, { program, env });
      let said = '';
      child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
      return { child, said: () => said };
    };

    for (const [when, mark] of MOMENTS)
      it(`${when}: it ends, well and without a word`, async () => {
        proxy.lateMs = 700;
        let begun = (): void => undefined;
        const reached = new Promise<void>((resolve) => (begun = resolve));
        proxy.decide = (way, message) => {
          if (way !== 'question' || !message.includes(mark)) return 'pass';
          begun();
          return 'late';
        };
        const { child, said } = start();
        try {
          await reached;
          proxy.lateMs = 100;
          child.kill('SIGTERM');
          const [code] = (await once(child, 'exit')) as [number | null];
          assert.equal(code, 0, said());
          assert.equal(said(), '');
        } finally {
          child.kill('SIGKILL');
        }
      });

    it('as the first mails are under way: it waits for their answers, and none goes out twice', async () => {
      await queueNews(deps, MAILS);
      smtp.delayMs = 800;
      // What a start has to do after its first job began takes a while.
      proxy.lateMs = 500;
      proxy.decide = (way, message) =>
        smtp.connections > 0 &&
        way === 'question' &&
        /"?(open-nightly-runs|retry-notifications)"?/.test(message.toString('latin1'))
          ? 'late'
          : 'pass';
      const { child, said } = start();
      try {
        await smtp.arrived(1);
        child.kill('SIGTERM');
        const [code] = (await once(child, 'exit')) as [number | null];
        assert.equal(code, 0, said());
        assert.equal(await Notification.countDocuments({ state: 'sending' }), 0);
        assert.equal(await Notification.countDocuments({ state: 'sent' }), smtp.mails.length);
        assert.equal(new Set(smtp.mails.map(({ to }) => to)).size, smtp.mails.length);
      } finally {
        child.kill('SIGKILL');
      }
    });
  });
