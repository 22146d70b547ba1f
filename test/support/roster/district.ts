import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Types } from 'mongoose';
import type { RateLimit } from '../../../server/sandbox/limit-rate.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../server/sandbox/start-sandbox.js';
import type { Deps } from '../../../server/deps.js';
import { Account } from '../../../server/models/account.js';
// The model is found by name: whoever empties the database empties the queue too.
import '../../../server/models/agenda-job.js';
import { Event } from '../../../server/models/event.js';
import { RosterRun } from '../../../server/models/roster-run.js';
import { School } from '../../../server/models/school.js';
import { searchKey } from '../../../server/models/search-key.js';
import { SyncRun } from '../../../server/models/sync-run.js';
import { runRoster } from '../../../server/sync/runs/run-roster.js';
import type { Timing } from '../../../server/runs/engine/timing.js';
import { startSync, type StartSync } from '../../../server/sync/runs/start-sync.js';
import { seal } from '../../../server/seal.js';
import { createTestApp, type TestApp } from '../app.js';
import { emptyDatabase } from '../hooks.js';
import { asApp } from '../scans.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../snapshot.js';
import { untilWritten } from './crash.js';
import { driveSync } from './drive-run.js';

const PLENTY: RateLimit = { limit: 1_000_000, windowMs: 60_000 };

/** A school account that is connected to a sandbox district, all schools matched, with one event that takes everything. */
type Asked = Partial<StartSync> & Pick<StartSync, 'trigger'>;

export interface TestDistrict {
  sandbox: Sandbox;
  test: TestApp;
  deps: Deps;
  account: Types.ObjectId;
  schools: Types.ObjectId[];
  event: Types.ObjectId;
  /** Syncs the event to the end; returns the run. */
  sync(event?: Types.ObjectId, timing?: Timing): Promise<SyncRun>;
  /** Asks for a run of the event, which nobody does yet. */
  ask(asked: Asked, event?: Types.ObjectId): Promise<Types.ObjectId>;
  /** Starts a run of the event and does it to the end. */
  start(asked: Asked, event?: Types.ObjectId, timing?: Timing): Promise<SyncRun>;
  /** Does a requested run, of an event or of the account alone, with everything it asks for. */
  work(run: Types.ObjectId): Promise<SyncRun | RosterRun>;
  refreshOf(run: SyncRun): Promise<RosterRun>;
  close(): Promise<void>;
}

export async function startDistrict(
  options: SandboxOptions = {},
  env: NodeJS.ProcessEnv = {},
): Promise<TestDistrict> {
  await emptyDatabase();
  const { sandbox, dataDir, test } = await open(options, env);
  const account = await connectAccountTo(sandbox, test.deps);
  const schools = await matchAllSchools(account, sandbox);
  const event = await makeEvent(account, { schools, terms: termsOf(sandbox), noTerm: true });
  return workOn({ sandbox, test, dataDir, account, schools, event });
}

type Ids = Pick<TestDistrict, 'account' | 'schools' | 'event'>;

/** The database after the first sync of a district, by the district's options. */
const synced = new Map<string, { snapshot: Snapshot; ids: Ids }>();

/**
 * Such an account whose event has synced once. Districts with equal options are equal in every record, so the first sync is done once;
 * later ones find its result in the database.
 * @param before what is done to the database, not to the sandbox, before that sync, and its name
 */
export async function startSyncedDistrict(
  options: SandboxOptions = {},
  env: NodeJS.ProcessEnv = {},
  before?: { name: string; prepare: (district: TestDistrict) => Promise<unknown> },
): Promise<TestDistrict> {
  const key = JSON.stringify([options, env, before?.name]);
  const known = synced.get(key);
  if (!known) {
    const district = await startDistrict(options, env);
    await before?.prepare(district);
    const run = await district.sync();
    if (run.state !== 'done') throw new Error(run.result?.code);
    const { account, schools, event } = district;
    synced.set(key, { snapshot: await takeSnapshot(), ids: { account, schools, event } });
    return district;
  }
  const { sandbox, dataDir, test } = await open(options, env);
  await restoreSnapshot(known.snapshot);
  await Account.updateOne(
    { _id: known.ids.account },
    { $set: { 'clever.credentials': credentialsFor(sandbox, test.deps) } },
  );
  return workOn({ sandbox, test, dataDir, ...known.ids });
}

interface Open {
  sandbox: Sandbox;
  test: TestApp;
  dataDir: string;
}

async function open(options: SandboxOptions, env: NodeJS.ProcessEnv): Promise<Open> {
  const sandbox = await startSandbox({ students: 120, rateLimit: PLENTY, ...options });
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'slotbell-district-'));
  return {
    sandbox,
    dataDir,
    test: createTestApp({ DATA_DIR: dataDir, CLEVER_API_URL: sandbox.url, ...env }),
  };
}

function workOn({ sandbox, test, dataDir, account, schools, event }: Open & Ids): TestDistrict {
  const ask: TestDistrict['ask'] = async (asked, id = event) => {
    const found = await Event.findById(id).orFail().lean();
    const of = await Account.findById(found.account).orFail().lean();
    const started = await startSync(test.deps, { account: of, event: found, ...asked });
    if (!started.ok) throw new Error(started.reason);
    return started.run;
  };
  const start: TestDistrict['start'] = async (asked, id, timing) => {
    const run = await ask(asked, id);
    await runNow(test.deps, run, timing);
    return SyncRun.findById(run).orFail().lean();
  };

  return {
    sandbox,
    test,
    ask,
    start,
    async work(run) {
      const alone = await RosterRun.findById(run).lean();
      if (!alone) {
        await runNow(test.deps, run);
        return SyncRun.findById(run).orFail().lean();
      }
      await asApp(() => runRoster(test.deps, run.toHexString(), new AbortController().signal));
      for (const { _id } of await SyncRun.find({ refresh: run, state: 'queued' }))
        await runNow(test.deps, _id);
      return RosterRun.findById(run).orFail().lean();
    },
    deps: test.deps,
    account,
    schools,
    event,
    sync: (id, timing) => start({ trigger: 'sync now' }, id, timing),
    refreshOf: (run) => RosterRun.findById(run.refresh).orFail().lean(),
    async close() {
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Does a run to its end, as a worker would. */
export function runNow(deps: Deps, run: Types.ObjectId, timing?: Timing): Promise<void> {
  return driveSync(deps, run.toHexString(), timing ? { timing } : {});
}

const credentialsFor = (sandbox: Sandbox, deps: Deps) => ({
  kind: 'token' as const,
  token: seal(sandbox.token, deps.config.appSecret),
});

async function connectAccountTo(sandbox: Sandbox, deps: Deps): Promise<Types.ObjectId> {
  const account = await Account.create({
    name: 'Maple District',
    timeZone: 'America/Chicago',
    createdAt: new Date(),
    clever: {
      districtId: sandbox.districtId,
      credentials: credentialsFor(sandbox, deps),
      approval: 'approved',
      enabled: true,
      kinds: { students: true, teachers: true, staff: true, contacts: true },
      schools: [],
    },
  });
  return account._id;
}

async function matchAllSchools(account: Types.ObjectId, sandbox: Sandbox): Promise<Types.ObjectId[]> {
  const ids: Types.ObjectId[] = [];
  for (let index = 0; index < sandbox.totals().schools; index += 1) {
    const id = sandbox.idOf('school', index);
    const name = `School ${String(index + 1)}`;
    const school = await School.create({ account, name, clever: { id, name }, sortKey: searchKey(name) });
    ids.push(school._id);
  }
  return ids;
}

export function termsOf(sandbox: Sandbox): { id: string; name: string; start: string; end: string }[] {
  return Array.from({ length: sandbox.totals().terms }, (_, index) => ({
    id: sandbox.idOf('term', index),
    name: `Term ${String(index + 1)}`,
    start: '',
    end: '',
  }));
}

let links = 0;

export async function makeEvent(
  account: Types.ObjectId,
  sync: Partial<NonNullable<Event['sync']>> | undefined,
  name = 'Fall conferences',
): Promise<Types.ObjectId> {
  links += 1;
  const event = await Event.create({
    account,
    name,
    timeZone: 'America/Chicago',
    days: ['2026-11-24'],
    link: `link-${String(links)}-${String(Date.now())}`,
    booking: {},
    createdAt: new Date(),
    sortKey: searchKey(name),
    ...(sync ? { sync: { on: false, hour: 1, schools: [], terms: [], noTerm: false, ...sync } } : {}),
  });
  return event._id;
}

/** Waits until a requested sync is at work. */
export function untilSyncing(): Promise<void> {
  const isSyncing = async () => (await SyncRun.exists({ trigger: 'sync now', state: 'running' })) !== null;
  return untilWritten(SyncRun.collection.collectionName, isSyncing);
}
