import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { connectDatabase, type Database } from '../../server/database/connect.js';
import { createLog } from '../../server/log.js';
import type { CleverKinds } from '../../server/models/account.js';
import type { ImporterCommands, ImporterTold } from './importer-process.js';
import type { BenchOptions } from './options.js';
import { say, thousands } from './print.js';
import { Child } from './processes.js';
import type { RawCommands } from './raw-process.js';
import type { SandboxCommands, ServedDistrict } from './sandbox-process.js';

/** A district that is served, and a database for importers: each a process of its own. */
export interface Stage {
  district: ServedDistrict;
  sandbox: Child<SandboxCommands>;
  importer(): Child<ImporterCommands>;
  raw(): Child<RawCommands>;
  /** CPU time that the database has used so far, in milliseconds; NaN where it does not tell. */
  databaseCpu(): Promise<number>;
}

/**
 * Does work over a district of that size and takes all down again. One database: `MONGODB_URI` if set (in a database of its
 * own, which is dropped at the end), else an embedded engine in a temporary folder.
 */
export async function onStage<T>(
  { pageSize, profile }: Pick<BenchOptions, 'pageSize' | 'profile'>,
  students: number,
  contacts: boolean,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'slotbell-bench-'));
  const log = createLog('silent');
  const database = await connectDatabase({ mongodbUri: process.env.MONGODB_URI, dataDir, log });
  const sandbox = new Child<SandboxCommands>('sandbox-process.ts', { students });
  try {
    const district = await sandbox.call('describe');
    sayDistrict(district, contacts);
    const kinds: CleverKinds = { students: true, teachers: true, staff: false, contacts };
    const told: ImporterTold = { databaseUri: benchUri(database), dataDir, district, kinds, pageSize };
    return await work({
      district,
      sandbox,
      importer: () => new Child<ImporterCommands>('importer-process.ts', told, profile),
      raw: () => new Child<RawCommands>('raw-process.ts', told),
      databaseCpu,
    });
  } finally {
    await sandbox.end();
    await takeDown(database);
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Never the database that somebody works with. */
function benchUri({ uri }: Database): string {
  return uri.replace(/^([^/]+\/\/[^/?]+)(\/[^?]*)?/, `$1/${nameOfBench()}`);
}

function nameOfBench(): string {
  return `slotbell_bench_${String(process.pid)}`;
}

async function databaseCpu(): Promise<number> {
  const status = (await mongoose.connection.db?.command({ serverStatus: 1 })) as {
    extra_info?: { user_time_us?: number; system_time_us?: number };
  };
  const { user_time_us: user = NaN, system_time_us: system = NaN } = status.extra_info ?? {};
  return (user + system) / 1000;
}

async function takeDown(database: Database): Promise<void> {
  if (!database.embedded) await mongoose.connection.useDb(nameOfBench()).dropDatabase();
  await database.close({ stopEngine: true });
}

function sayDistrict({ totals }: ServedDistrict, contacts: boolean): void {
  const { roles, sections, enrolments, schools, terms, courses } = totals;
  say(
    `district: ${thousands(roles.student)} students, ${thousands(roles.teacher)} teachers, ${thousands(sections)} sections, ` +
      `${thousands(enrolments)} enrolments, ${thousands(schools)} schools, ${thousands(courses)} courses, ${thousands(terms)} terms` +
      (contacts ? `, ${thousands(roles.contact)} guardians` : ''),
  );
}

/** Has a process do its work, and lets it end. */
export async function withChild<C extends Child<never>, T>(
  child: C,
  work: (child: C) => Promise<T>,
): Promise<T> {
  try {
    return await work(child);
  } finally {
    await child.end();
  }
}
