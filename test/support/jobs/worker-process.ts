import { spawn, type ChildProcess } from 'node:child_process';
import { ROOT } from '../../../server/root.js';
import type { TestDistrict } from '../roster/district.js';
import { codeOf, LOADER } from '../code.js';
import { testDatabaseUri } from '../hooks.js';

interface ProcessOptions {
  /** The worker, unless another entry point is named. */
  program?: 'jobs/worker' | 'server/index';
  /** Settings beside those of the test, or instead of them. */
  env?: NodeJS.ProcessEnv;
}

/** `npm run worker` on the test's database: finds the waiting run by itself. */
export function startWorkerProcess(
  { deps }: Pick<TestDistrict, 'deps'>,
  { program = 'jobs/worker', env = {} }: ProcessOptions = {},
): ChildProcess {
  return spawn(process.execPath, [...LOADER, codeOf(program)], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      LOG_LEVEL: 'silent',
      MONGODB_URI: testDatabaseUri(),
      APP_SECRET: deps.config.appSecret,
      DATA_DIR: deps.config.dataDir,
      CLEVER_API_URL: deps.config.clever.apiUrl,
      ...(deps.config.smtpUrl ? { SMTP_URL: deps.config.smtpUrl } : {}),
      ...env,
    },
  });
}
