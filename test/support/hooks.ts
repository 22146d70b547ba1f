import { readFileSync } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import mongoose from 'mongoose';
import { connectDatabase, ensureIndexes, type Database } from '../../server/database/connect.js';
import { createLog } from '../../server/log.js';
import { findScans, noteQueries } from './scans.js';
import { runs, SEED } from './seed.js';
import { deleteEverything } from './snapshot.js';

/**
 * Never, as far as a timer can tell: the engine goes by the real time, and by that everything has expired long ago that a test has made
 * under a clock of its own. Once a minute it would be gone in the middle of a test.
 */
const NEVER_MS = 2 ** 31 - 1;

fc.configureGlobal({ seed: SEED, numRuns: runs(100) });

/** One database for the whole run: `MONGODB_URI` if set (in a database of its own), else an embedded engine in a temporary folder. */
let dataDir: string;
let database: Database | undefined;

export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    dataDir = await mkdtemp(path.join(os.tmpdir(), 'slotbell-test-'));
    database = await connectDatabase({
      mongodbUri: testUri(process.env.MONGODB_URI),
      dataDir,
      log: createLog('silent'),
      sweepMs: NEVER_MS,
    });
    noteQueries();
    engine = await enginePid();
    last = spent();
  },
  /** Only what hangs takes as long as `.mocharc.json` says, however slow the machine; what tries often (`RUNS`) has as much for each time. */
  beforeEach(this: Mocha.Context): void {
    const test = this.currentTest;
    test?.timeout(test.timeout() * Math.max(1, runs(1)));
  },
  afterEach(this: Mocha.Context): void {
    const now = spent();
    const { file = '' } = this.currentTest ?? {};
    const { ms, ticks } = took.get(file) ?? { ms: 0, ticks: 0 };
    took.set(file, { ms: ms + now.ms - last.ms, ticks: ticks + now.ticks - last.ticks });
    last = now;
  },
  async afterAll(): Promise<void> {
    await tellTimes();
    const scans = await findScans();
    if (!database?.embedded) await mongoose.connection.db?.dropDatabase();
    await database?.close({ stopEngine: true });
    await rm(dataDir, { recursive: true, force: true });
    endInTime();
    if (scans.length > 0)
      throw new Error(`These queries of the app read a whole collection:\n${scans.join('\n')}`);
  },
};

interface Spent {
  ms: number;
  /** Of the processors' time, where the system tells. */
  ticks: number;
}

/** What each file's tests took, with what was prepared for them. */
const took = new Map<string, Spent>();
let last: Spent;
let engine: number | undefined;

const spent = (): Spent => ({
  ms: performance.now(),
  ticks: ['self', engine].reduce<number>((sum, process) => sum + ticksOf(process), 0),
});

/** The processors' time that a process and those that it has seen end took, in hundredths of a second; 0 where the system does not tell. */
function ticksOf(process: string | number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${String(process)}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
  } catch {
    return 0;
  }
}

/** For `test/run.ts`, which names the slowest files: a line a file, milliseconds, hundredths of a second of CPU, and its path. */
async function tellTimes(): Promise<void> {
  const { SUITE_TIMES: to } = process.env;
  const lines = [...took].map(
    ([file, { ms, ticks }]) => `${String(Math.round(ms))} ${String(ticks)} ${file}\n`,
  );
  if (to) await appendFile(to, lines.join(''));
}

/** What a test left open keeps the process: after two minutes it says what that is, and fails. */
function endInTime(): void {
  const end = () => {
    console.error(`Still open after the tests: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit(255);
  };
  setTimeout(end, 120_000).unref();
}

/** Where the test database is, for a process of its own that a test starts. */
export function testDatabaseUri(): string {
  if (!database) throw new Error('There is no test database yet.');
  return database.uri;
}

/** The embedded engine's process. Undefined: a server of somebody's own, which is left in peace. */
export async function enginePid(): Promise<number | undefined> {
  if (!database?.embedded) return undefined;
  const status = (await mongoose.connection.db?.command({ serverStatus: 1 })) as
    { pid?: unknown } | undefined;
  const pid = Number(status?.pid);
  if (!Number.isInteger(pid) || pid <= 0) throw new Error('The engine does not tell its process.');
  return pid;
}

/** Never the database that somebody works with. */
function testUri(uri: string | undefined): string | undefined {
  if (!uri) return undefined;
  const url = new URL(uri);
  url.pathname = `/slotbell_test_${String(process.pid)}`;
  return url.href;
}

const indexed = new Set<string>();

/** Empties every collection, keeping indexes, which are built where a model is new; for `beforeEach`. */
export async function emptyDatabase(): Promise<void> {
  const names = Object.keys(mongoose.models);
  if (names.some((name) => !indexed.has(name))) await ensureIndexes();
  for (const name of names) indexed.add(name);
  await deleteEverything();
}
