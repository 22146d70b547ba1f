import { Types } from 'mongoose';
import { runRoster } from '../../../server/sync/runs/run-roster.js';
import { resumeRuns } from '../../../server/sync/nights/resume-runs.js';
import type { Timing } from '../../../server/runs/engine/timing.js';
import { asApp } from '../scans.js';
import { runNow, type TestDistrict } from './district.js';

/** Every worker counts as silent at once. */
export const AT_ONCE: Timing = { heartbeatMs: 60_000, staleMs: -60_000 };

/**
 * Does everything that a worker finds waiting or silent, until nothing is left.
 * @returns how many runs it did
 */
export async function takeOver({ deps, test }: Pick<TestDistrict, 'deps' | 'test'>): Promise<number> {
  let count = 0;
  for (;;) {
    test.asked.length = 0;
    if ((await asApp(() => resumeRuns(deps, AT_ONCE))) === 0) return count;
    count += 1;
    if (count > 20) throw new Error('It never comes to an end.');
    for (const { name, key } of [...test.asked])
      if (name === 'run-sync') await runNow(deps, new Types.ObjectId(key), AT_ONCE);
      else if (name === 'run-refresh')
        await asApp(() => runRoster(deps, key, new AbortController().signal, AT_ONCE));
  }
}
