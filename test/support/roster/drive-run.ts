import { setTimeout as delay } from 'node:timers/promises';
import type { Deps } from '../../../server/deps.js';
import { RosterRun } from '../../../server/models/roster-run.js';
import { SyncRun } from '../../../server/models/sync-run.js';
import type { Queue } from '../../../server/queue.js';
import type { Timing } from '../../../server/runs/engine/timing.js';
import { runRoster } from '../../../server/sync/runs/run-roster.js';
import { runSync } from '../../../server/sync/runs/run-sync.js';
import { asApp } from '../scans.js';

const LOOK_MS = 10;

export interface Drive {
  /** The worker has been told to end. */
  stopping?: AbortSignal;
  timing?: Timing;
}

/**
 * Does a sync run until no worker has anything left to do for it, with the jobs of a worker: its own and that of its part of the account's
 * roster. Other jobs that they queue go to the test's queue.
 */
export async function driveSync(
  deps: Deps,
  key: string,
  { stopping = new AbortController().signal, timing }: Drive = {},
): Promise<void> {
  let part = '';
  const asked = new Set([key]);
  const add: Queue['add'] = (name, other) => {
    if (name === 'run-sync' && other === key) asked.add(key);
    else if (name === 'run-refresh' && !part) part = other;
    else return deps.queue.add(name, other);
    return Promise.resolve();
  };
  const driven = { ...deps, queue: { add } };
  const waitsStill = async (id: string) => (await SyncRun.exists({ _id: key, waitsFor: id })) !== null;
  while (asked.delete(key)) {
    part = '';
    await asApp(() => runSync(driven, key, stopping, timing));
    const { waitsFor } = (await SyncRun.findById(key, { waitsFor: 1 }).lean()) ?? {};
    if (!waitsFor) return;
    part = waitsFor.toHexString();
    for (;;) {
      const before = await RosterRun.findById(part, { fence: 1 }).lean();
      await asApp(() => runRoster(driven, part, stopping, timing));
      if (asked.has(key) || stopping.aborted || !(await waitsStill(part))) break;
      const after = await RosterRun.findById(part, { fence: 1, state: 1 }).lean();
      const isHandedBack = after?.state === 'queued' && after.fence !== before?.fence;
      if (isHandedBack) break;
      // Another worker has it, or has another run of the account.
      await delay(LOOK_MS);
    }
  }
}
