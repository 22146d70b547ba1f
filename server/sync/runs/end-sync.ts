import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Event } from '../../models/event.js';
import type { RunResult } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { dueAt } from '../../runs/engine/put-off.js';
import { endParts } from './end-parts.js';

/** The result of a run that somebody stopped. */
export const STOPPED: RunResult = { code: 'stopped' };

/** Ends the run as done. An import also turns the nightly sync on (or off), unless somebody stopped it at the same moment. */
export async function endWell(deps: Deps, run: SyncRun, active: ActiveRun, result: RunResult): Promise<void> {
  const event = { _id: run.event, account: run.account };
  const decides = !active.preview && run.keepSynced !== undefined;
  if (decides && !run.keepSynced) await Event.updateOne(event, { $set: { 'sync.on': false } });
  if (decides && run.keepSynced)
    await Event.updateOne(
      { ...event, 'sync.on': false },
      { $set: { 'sync.on': true, 'sync.onSince': deps.now() } },
    );
  if (await active.end('done', result, true)) return;
  if (!(await SyncRun.exists({ _id: run._id, stopRequested: true }))) return;
  if (decides && run.keepSynced) await Event.updateOne(event, { $set: { 'sync.on': false } });
  await active.end('stopped', STOPPED);
}

/** If the run ended before its account's part began, nobody needs that part. */
export async function endPartOf(deps: Deps, { _id }: SyncRun): Promise<void> {
  const run = await SyncRun.findOne({ _id, state: { $in: ['failed', 'stopped'] } }, { refresh: 1 }).lean();
  await endParts(deps, [run?.refresh]);
}

/** Another run of the event may have waited for this one. */
export async function queueNext(deps: Deps, event: Types.ObjectId): Promise<void> {
  const waiting = await SyncRun.find({ event, state: 'queued', ...dueAt(deps.now()) }, { _id: 1 })
    .sort({ createdAt: 1 })
    .lean();
  for (const { _id } of waiting) await deps.queue.add('run-sync', _id.toHexString());
}
