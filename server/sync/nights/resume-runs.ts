import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { endLostParts } from '../runs/end-parts.js';
import { findReady, WAITING } from '../runs/queue-waiting.js';
import { wipeSpools } from '../../sources/download/spool.js';
import { TIMING, type Timing } from '../../runs/engine/timing.js';
import { dueAt } from '../../runs/engine/put-off.js';
import { staleRun } from '../../runs/engine/take-run.js';

/**
 * Queues again the runs that wait (unless for a later hour), those whose wait for another run is over, and those whose worker went silent;
 * the first worker to come takes them. Queuing a run that is at work does nothing.
 * @returns how many were queued
 */
export async function resumeRuns(deps: Deps, timing: Timing = TIMING): Promise<number> {
  await endLostParts(deps);
  const waiting = await SyncRun.find({ state: 'queued', ...dueAt(deps.now()) }, { _id: 1 })
    .sort({ createdAt: 1 })
    .lean();
  const lost = await SyncRun.find(staleRun(timing) as object, { _id: 1 }).lean();
  const waitFor = await SyncRun.find(WAITING, { waitsFor: 1 }).lean();
  const parts = waitFor.flatMap(({ waitsFor }) => waitsFor ?? []);
  const ready = await findReady(parts, deps.now());
  const goOn = waitFor.filter(({ waitsFor }) => waitsFor && ready.has(waitsFor.toHexString()));
  for (const { _id } of [...lost, ...waiting, ...goOn]) await deps.queue.add('run-sync', _id.toHexString());
  const refreshes = await findRefreshes(parts, deps.now(), timing);
  for (const { _id } of refreshes) await deps.queue.add('run-refresh', _id.toHexString());
  return lost.length + waiting.length + goOn.length + refreshes.length;
}

/** Roster runs that may begin, because they stand alone or an event's run waits for them, and those that lost their worker. */
async function findRefreshes(waitedFor: Types.ObjectId[], now: Date, timing: Timing) {
  const queued = { state: 'queued' as const, ...dueAt(now) };
  const alone = await RosterRun.find({ alone: true, ...queued }, { _id: 1 }).lean();
  const parts = await RosterRun.find({ _id: { $in: waitedFor }, ...queued }, { _id: 1 }).lean();
  const lost = await RosterRun.find(staleRun(timing) as object, { _id: 1 }).lean();
  return [...alone, ...parts, ...lost];
}

/** No upload takes this long. */
const UPLOAD_MS = 3600_000;

/** Removes downloads and uploads that killed processes left in DATA_DIR/tmp; what another process works with stays. Called at start. */
export async function wipeOldDownloads(deps: Deps, timing: Timing = TIMING): Promise<void> {
  await wipeSpools(deps.config.dataDir, async (name, changedAt) => {
    if (name.startsWith('upload-')) return deps.now().getTime() - changedAt.getTime() < UPLOAD_MS;
    const [id = '', fence = ''] = name.split('.');
    if (!/^[0-9a-f]{24}$/.test(id)) return false;
    const run = await RosterRun.findOne({ _id: id, state: 'running', fence: Number(fence) || 0 }).lean();
    if (!run) return false;
    return (await RosterRun.exists({ _id: id, ...(staleRun(timing) as object) })) === null;
  });
}
