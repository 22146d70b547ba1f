import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { ONE_SHOTS } from '../../../jobs/schedule.js';
import { startSandbox, type Sandbox } from '../../../server/sandbox/start-sandbox.js';
import { ensureIndexes } from '../../../server/database/connect.js';
import { readBackup } from '../../../server/database/read-backup.js';
import { Browser, type Page } from '../../../server/scratch/browse.js';
import { ROOT } from '../../../server/root.js';
import { Account } from '../../../server/models/account.js';
import { seal } from '../../../server/seal.js';
import { prepareDatabase } from '../../../server/upgrades/prepare-database.js';
import { createTestApp, PASSWORD, type TestApp } from '../app.js';
import { asApp } from '../scans.js';

/** Shortly after the night in which version 0.4.0 wrote the backup. */
const NOW = new Date('2026-11-30T07:10:00Z');

/**
 * A backup that version 0.4.0 wrote of itself. Maple District (Clever, 150 students): imported, 840 slots, booking open, eight families
 * with appointments, one canceled, one changed and some only held; a class hidden, one deleted, one renamed; a night; then every id new
 * at the district, two teachers entered by hand, a sync that held removals and noted pairs, and a preview of another. Oak School
 * (roster files): one upload applied, one waiting with a problem. Every password is the tests'.
 */
const BACKUP = path.join(ROOT, 'test/support/upgrades/slotbell-0.4.0.backup.gz');

export interface OldSchool {
  test: TestApp;
  /** The district as it was when the backup was written. */
  sandbox: Sandbox;
  logIn(email: string): Promise<Browser>;
  /** Does what features asked the queue for, as a worker would, until nothing more is asked. */
  work(): Promise<void>;
  close(): Promise<void>;
}

/** Restores the backup into the test database, upgrades it as a start does, and opens it with the app of today. */
export async function openDatabaseOf040(): Promise<OldSchool> {
  await mongoose.connection.db?.dropDatabase();
  await readBackup(BACKUP);
  await keepWhatExpires();
  await prepareDatabase();

  const sandbox = await startSandbox({ students: 150, today: new Date('2026-11-29T18:00:00Z') });
  sandbox.advanceNight();
  sandbox.reissue();
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'slotbell-040-'));
  const test = createTestApp({
    DATA_DIR: dataDir,
    CLEVER_API_URL: sandbox.url,
    CLEVER_TOKENS_URL: sandbox.tokensUrl,
  });
  test.setNow(NOW);
  // Each sandbox has a token of its own.
  const token = { kind: 'token', token: seal(sandbox.token, test.deps.config.appSecret) };
  await Account.updateOne({ name: 'Maple District' }, { $set: { 'clever.credentials': token } });
  const server = await listen(createServer(test.app));
  const { port } = server.address() as AddressInfo;

  return {
    test,
    sandbox,
    async logIn(email) {
      const browser = new Browser(`http://127.0.0.1:${String(port)}`);
      await browser.submit('/login', '/login', { email, password: PASSWORD });
      return browser;
    },
    async work() {
      for (let job = test.asked.shift(); job; job = test.asked.shift())
        if (job.name !== 'deliver-notifications')
          await asApp(() => ONE_SHOTS[job.name](test.deps, job.key, new AbortController().signal));
    },
    async close() {
      await sandbox.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(dataDir, { recursive: true, force: true });
      await mongoose.connection.db?.dropDatabase();
      // The tests that come after it find the collections as they were: empty, with their indexes.
      await ensureIndexes();
    },
  };
}

/** The database ends what has expired by its own clock, which is years later some day; the tests' clock stands still. */
async function keepWhatExpires(): Promise<void> {
  const later = new Date('2999-01-01');
  for (const name of ['rosterChange', 'syncLog', 'rosterUpload', 'uploadChunk', 'notification', 'auditEntry'])
    await mongoose.connection
      .collection(name)
      .updateMany({ expiresAt: { $type: 'date' } }, { $set: { expiresAt: later } });
}

async function listen(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

/**
 * Opens every page that links lead to, one of each kind (an address with its ids and its query taken out).
 * @returns the pages, by address
 */
export async function openEverything(browser: Browser, starts: string[]): Promise<Map<string, Page>> {
  const pages = new Map<string, Page>();
  const kinds = new Set<string>();
  const waiting = [...starts];
  for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
    const kind = (address.split('?')[0] ?? '').replace(/[0-9a-f]{24}/g, ':id');
    if (kinds.has(kind) || /\/progress$|logout/.test(kind)) continue;
    kinds.add(kind);
    const page = await browser.get(address);
    pages.set(address, page);
    if (!(page.headers.get('content-type') ?? '').includes('html')) continue;
    for (const [, href = ''] of page.text.matchAll(/<a\s[^>]*href="(\/[^"#]*)/g))
      waiting.push(href.replaceAll('&amp;', '&'));
  }
  return pages;
}
