import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../../server/root.js';
import type { TestDistrict } from '../roster/district.js';
import { testDatabaseUri } from '../support/hooks.js';

/** `npm run worker` on the test's database: finds the waiting run by itself. */
export function startWorkerProcess({ deps }: Pick<TestDistrict, 'deps'>): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, 'jobs/worker.ts')], {
    cwd: ROOT,
    stdio: 'ignore',
    env: {
      ...process.env,
      LOG_LEVEL: 'silent',
      MONGODB_URI: testDatabaseUri(),
      APP_SECRET: deps.config.appSecret,
      DATA_DIR: deps.config.dataDir,
      CLEVER_API_URL: deps.config.clever.apiUrl,
      ...(deps.config.smtpUrl ? { SMTP_URL: deps.config.smtpUrl } : {}),
    },
  });
}
