/** A worker of the app in a process of its own: imports the sandbox's district into an empty database, syncs it again, and tells what that took. */
import { performance } from 'node:perf_hooks';
import { loadConfig } from '../../server/config.js';
import { connectDatabase, ensureIndexes } from '../../server/database/connect.js';
import type { Deps } from '../../server/deps.js';
import { createLog } from '../../server/log.js';
import type { CleverKinds } from '../../server/models/account.js';
import type { KindCounts, Run } from '../../server/models/run.js';
import { Account } from '../../server/models/account.js';
import { Event } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { driveSync } from '../support/roster/drive-run.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import mongoose from 'mongoose';
import { countWrites } from './count-writes.js';
import { prepareAccount } from './prepare-account.js';
import { serve, told } from './processes.js';
import type { ServedDistrict } from './sandbox-process.js';
import { sayResult } from '../support/say-run.js';

export interface ImporterTold {
  databaseUri: string;
  dataDir: string;
  district: ServedDistrict;
  kinds: CleverKinds;
  pageSize: number;
}

/** What one sync took and did. */
export interface SyncTaken {
  /** By the district's events, or by reading everything. */
  how: NonNullable<RosterRun['how']>;
  ms: number;
  /** Of this process: user and system. */
  cpuMs: number;
  result: string;
  stages: { name: string; ms: number }[];
  counts: Record<string, KindCounts>;
  /** Documents written to the roster's collections, by "collection.method". */
  writes: Record<string, number>;
}

export interface Memory {
  /** Highest so far and now, in MB. */
  peak: number;
  now: number;
}

export interface ImporterCommands extends Record<string, (argument: never) => Promise<unknown>> {
  /** Empties the database and makes an account with one event that takes everything. */
  prepare: () => Promise<void>;
  sync: (trigger: 'first import' | 'sync now' | 'nightly') => Promise<SyncTaken>;
  memory: () => Promise<Memory>;
}

const SECRET = 'bench-secret-bench-secret-bench-secret';

const { databaseUri, dataDir, district, kinds, pageSize } = told() as ImporterTold;
const log = createLog('silent');
const database = await connectDatabase({ mongodbUri: databaseUri, dataDir, log });
const deps: Deps = {
  config: loadConfig({
    DATA_DIR: dataDir,
    APP_SECRET: SECRET,
    CLEVER_API_URL: district.url,
    CLEVER_PAGE_SIZE: String(pageSize),
  }),
  log,
  queue: { add: () => Promise.resolve() },
  now: () => new Date(),
};

let nights = 0;

const commands: ImporterCommands = {
  async prepare() {
    await mongoose.connection.db?.dropDatabase();
    await ensureIndexes();
    await prepareAccount(district, kinds, deps.config.appSecret);
  },
  async sync(trigger) {
    const [account, event] = await Promise.all([
      Account.findOne().orFail().lean(),
      Event.findOne().orFail().lean(),
    ]);
    nights += 1;
    const night = trigger === 'nightly' ? { night: `night ${String(nights)}` } : {};
    const started = await startSync(deps, { account, event, trigger, ...night });
    if (!started.ok) throw new Error(started.reason);
    const writes = countWrites();
    const cpu = process.cpuUsage();
    const start = performance.now();
    await driveSync(deps, started.run.toHexString());
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    const run = await SyncRun.findById(started.run).orFail().lean();
    if (run.state !== 'done') throw new Error(`The run is ${run.state}: ${sayResult(run)}`);
    const refresh = await RosterRun.findById(run.refresh).orFail().lean();
    return {
      how: refresh.how ?? 'full',
      ms,
      cpuMs: (user + system) / 1000,
      result: sayResult(run),
      stages: [...stagesOf(refresh), ...stagesOf(run)],
      counts: { ...refresh.counts, ...run.counts },
      writes: writes.end(),
    };
  },
  async memory() {
    return { peak: process.resourceUsage().maxRSS / 1024, now: process.memoryUsage.rss() / 1024 ** 2 };
  },
};

function stagesOf({ stages }: Pick<Run, 'stages'>): SyncTaken['stages'] {
  return stages.flatMap(({ name, startedAt, finishedAt }) =>
    startedAt && finishedAt ? [{ name, ms: finishedAt.getTime() - startedAt.getTime() }] : [],
  );
}

serve(commands, () => database.close());
