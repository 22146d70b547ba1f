import { spawn } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { explainDiskFault } from '../../disk-faults.js';
import { loadableCopy } from './glibc.js';
import type { HostReport } from './host.js';
import { copyFolders, libraryVersion, needsOlderGlibc, type PlatformFacts } from './platform.js';
import type { RunFolder } from './run-folder.js';

const LARGEST_LOG_BYTES = 1_000_000;
/** The engine needs none of the app's settings, and other processes may read its environment while it runs. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LD_LIBRARY_PATH'];

export interface Launch {
  facts: PlatformFacts;
  dataDir: string;
  run: RunFolder;
  lingerMs: number;
  sweepMs: number;
}

/**
 * Starts an engine process on `dataDir/db`, in a session of its own so that Ctrl-C does not reach it.
 *
 * @returns its report: serving, locked if another process holds the data folder, or failed with the reason
 */
export async function launchHost({ facts, dataDir, run, lingerMs, sweepMs }: Launch): Promise<HostReport> {
  const database = path.join(dataDir, 'db');
  try {
    mkdirSync(database, { recursive: true, mode: 0o700 });
    chmodSync(database, 0o700);
    accessSync(database, constants.W_OK);
  } catch (error) {
    const why = explainDiskFault(error) ?? (error as Error).message;
    return { state: 'failed', reason: `the folder ${database} cannot be used: ${why}` };
  }

  const env: NodeJS.ProcessEnv = {};
  for (const name of PASSED_ON) if (process.env[name] !== undefined) env[name] = process.env[name];
  const { library } = facts;
  if (library !== undefined && needsOlderGlibc(facts)) {
    env.NAPI_RS_NATIVE_LIBRARY_PATH = loadableCopy(
      library,
      libraryVersion(library),
      copyFolders(library, dataDir),
    );
  }

  const log = openLog(path.join(dataDir, 'engine.log'));
  const host = spawn(
    process.execPath,
    [...hostProgram(), database, run.path, String(lingerMs), String(sweepMs)],
    {
      detached: true,
      env,
      stdio: ['ignore', log, log, 'ipc'],
    },
  );
  closeSync(log);
  return new Promise((resolve) => {
    host.once('message', (report: HostReport) => {
      host.unref();
      resolve(report);
    });
    host.once('error', (error) => resolve({ state: 'failed', reason: error.message }));
    // Unlike 'exit', 'close' comes after the last message.
    host.once('close', (code, signal) => {
      resolve({
        state: 'failed',
        reason: `it ended with ${signal ?? `code ${code}`}; see engine.log in the data folder`,
      });
    });
  });
}

/** The program beside this file: compiled, or in TypeScript during development and tests. */
function hostProgram(): string[] {
  const extension = path.extname(fileURLToPath(import.meta.url));
  const program = path.join(import.meta.dirname, `host${extension}`);
  return extension === '.ts' ? ['--import', import.meta.resolve('tsx'), program] : [program];
}

function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LARGEST_LOG_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}
