import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Account } from '../../server/models/account.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { UploadChunk } from '../../server/models/upload-chunk.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { readUpload } from '../../server/uploads/read-upload.js';
import { storeUpload } from '../../server/uploads/store-upload.js';
import { codeOf, LOADER } from '../support/code.js';
import { until } from '../support/database/scratch.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';
import { restoreSnapshot, takeSnapshot } from '../support/snapshot.js';
import { takeOver } from '../support/roster/take-over.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { CLEVER_FILES, withFiles } from '../support/roster-files/files.js';
import { openSchool, turnOn, type FileSchool } from '../support/roster-files/school.js';
import { createTestApp } from '../support/app.js';
import { startFaultyProxy, writeOf, type FaultyProxy, type Loss } from '../support/faulty-proxy.js';
import { emptyDatabase, testDatabaseUri } from '../support/hooks.js';
import { queueNews } from '../support/news.js';
import { startSmtp, type SmtpServer } from '../support/smtp.js';
import { seededRandom } from '../support/seed.js';

const MAILS = 20;

/** What a parent is told by its worker. */
type Told =
  'ready' | { fault: string } | { counts: Record<string, number> } | { failed: string; passing: boolean };

describe('a worker while answers of the database are lost', () => {
  const random = seededRandom();
  const faults: string[] = [];
  let proxy: FaultyProxy;
  let worker: ChildProcess | undefined;

  beforeEach(async () => {
    await emptyDatabase();
    proxy = await startFaultyProxy(testDatabaseUri());
    proxy.onSwallow = (lost) => worker?.send({ lost });
    faults.length = 0;
  });
  afterEach(async () => {
    worker?.kill('SIGKILL');
    worker = undefined;
    await proxy.close();
  });

  const draw = (most: number): number => 1 + Math.floor(random() * most);

  /** One of the first so many of these questions, or its answer, is lost or breaks off. */
  function drawLoss(of: RegExp, most: number): Loss {
    return {
      of,
      nth: draw(most),
      way: draw(2) === 1 ? 'question' : 'answer',
      fate: draw(2) === 1 ? 'swallow' : 'cut',
    };
  }

  async function startWorker(env: Record<string, string>): Promise<ChildProcess> {
    const told = { APP_SECRET: 'test-secret-test-secret-test-secret', MONGODB_URI: proxy.uri, ...env };
    worker = fork(codeOf('test/support/jobs/faulty-worker'), [JSON.stringify(told)], { execArgv: LOADER });
    await once(worker, 'message');
    worker.on('message', (message: Told) => {
      if (typeof message === 'object' && 'fault' in message) faults.push(message.fault);
    });
    return worker;
  }

  it('ends a sync, and the roster is as without', async () => {
    const district: TestDistrict = await startDistrict({ students: 120 });
    const ask = async () => {
      const account = await Account.findById(district.account).orFail().lean();
      const event = await Event.findById(district.event).orFail().lean();
      const started = await startSync(district.deps, { account, event, trigger: 'sync now' });
      assert.ok(started.ok);
      return started.run;
    };
    try {
      const base = await takeSnapshot();
      await ask();
      await takeOver(district);
      const undisturbed = await wholeRoster();
      await restoreSnapshot(base);
      await startWorker({ CLEVER_API_URL: district.sandbox.url, DATA_DIR: district.deps.config.dataDir });
      // Reads are tried again by the driver itself.
      const losses = proxy.lose([
        drawLoss(/findAndModify\0.{4}rosterRun\0/s, 3),
        drawLoss(writeOf('contact'), 4),
        drawLoss(writeOf('section'), 1),
        drawLoss(writeOf('class'), 1),
        drawLoss(writeOf('resource'), 1),
      ]);
      const run = await ask();
      const isOver = async () =>
        (await SyncRun.exists({ _id: run, state: { $in: ['queued', 'running'] } })) === null;
      await until(isOver);
      const over = await SyncRun.findById(run).orFail().lean();
      assert.equal(over.state, 'done', over.result?.code);
      assert.equal(losses.length, 5);
      assert.ok(over.fence > 1, String(over.fence));
      assert.deepEqual(faults, []);
      assert.deepEqual(await wholeRoster(), undisturbed);
    } finally {
      await district.close();
    }
  });

  it('reads an upload, and keeps each record once', async () => {
    const school: FileSchool = await openSchool();
    try {
      await turnOn(school.account, 'clever-csv');
      const actor = await school.actor();
      const store = () =>
        withFiles(CLEVER_FILES, (files) => storeUpload(school.test.deps, actor, 'clever-csv', files));
      const whole = await store();
      await readUpload(school.test.deps, whole.toHexString(), new AbortController().signal);
      await startWorker({ DATA_DIR: school.test.deps.config.dataDir });
      const losses = proxy.lose([
        drawLoss(writeOf('uploadChunk'), 4),
        drawLoss(/delete\0.{4}uploadChunk\0/s, 2),
      ]);
      const id = await store();
      const isRead = async () => (await RosterUpload.exists({ _id: id, state: 'reading' })) === null;
      await until(isRead);
      assert.equal(losses.length, 2);
      assert.deepEqual(faults, []);
      const kept = async (upload: typeof id) => {
        const { state, counts, problemCount } = await RosterUpload.findById(upload).orFail().lean();
        const chunks = await UploadChunk.find({ upload, part: 'objects' }).lean();
        return [
          state,
          counts,
          problemCount,
          chunks.map(({ list, n, objects }) => [list, n, objects.length]).sort(),
        ];
      };
      assert.deepEqual(await kept(id), await kept(whole));
    } finally {
      await school.close();
    }
  });

  it('sends every mail; what goes out again carries the same Message-ID', async () => {
    const smtp: SmtpServer = await startSmtp();
    try {
      const { deps } = createTestApp({ SMTP_URL: smtp.url });
      await queueNews(deps, MAILS);
      // What is lost is whether a mail went out: it goes out again when its lease is over.
      const of = /update\0.{4}notification\0/s;
      const losses = proxy.lose([
        { of, nth: 1, way: 'question', fate: 'swallow' },
        { of, nth: 2, way: 'answer', fate: 'swallow' },
        { of, nth: 3, way: 'question', fate: 'cut' },
        { of, nth: 4, way: 'answer', fate: 'cut' },
      ]);
      await startWorker({ SMTP_URL: smtp.url, DATA_DIR: deps.config.dataDir });
      await until(async () => (await Notification.countDocuments({ state: 'sent' })) === MAILS);
      assert.equal(losses.length, 4);
      assert.deepEqual(faults, []);
      assert.equal(new Set(smtp.mails.map(({ messageId }) => messageId)).size, MAILS);
      assert.equal(new Set(smtp.mails.map(({ to, messageId }) => `${to} ${messageId}`)).size, MAILS);
      // Only those whose end could not be noted, or was noted and nobody knows.
      assert.ok(smtp.mails.length >= MAILS + 2, String(smtp.mails.length));
      assert.ok(smtp.mails.length <= MAILS + losses.length, String(smtp.mails.length));
    } finally {
      await smtp.close();
    }
  });

  it('writes a backup whole, or none and no part of one', async () => {
    const district = await startDistrict({ students: 300 });
    try {
      await district.sync();
      const { dataDir } = district.deps.config;
      const writer = await startWorker({ DATA_DIR: dataDir });
      const folder = path.join(dataDir, 'backups');
      await mkdir(folder);
      // The next part of a collection, which the driver does not ask for again.
      const losses = proxy.lose([1, 2, 3].map((nth) => ({ ...drawLoss(/getMore\0/, 1), nth })));
      let whole: Record<string, number> | undefined;
      let failed = 0;
      while (!whole) {
        const file = path.join(folder, 'all.gz');
        const answered = new Promise<Told>((resolve) => {
          const look = (message: Told): void => {
            if (typeof message !== 'object' || 'fault' in message) return;
            writer.off('message', look);
            resolve(message);
          };
          writer.on('message', look);
        });
        writer.send({ backup: file });
        const ended = await answered;
        if (typeof ended === 'object' && 'counts' in ended) whole = ended.counts;
        else {
          failed++;
          assert.ok(typeof ended === 'object' && 'passing' in ended && ended.passing, JSON.stringify(ended));
          assert.deepEqual(await readdir(folder), []);
        }
      }
      assert.equal(losses.length, 3);
      assert.ok(failed > 0);
      assert.deepEqual(await readdir(folder), ['all.gz']);
      assert.equal(whole.contact, await Contact.countDocuments());
    } finally {
      await district.close();
    }
  });
});
