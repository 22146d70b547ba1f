import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Event } from '../../models/event.js';
import type { RunResult } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { RunHandedBack, RunLost, RunStopped, type HeldRun } from '../../runs/engine/hold-run.js';
import { isPassing } from '../../runs/engine/judge-fault.js';
import { dueAt, RunPutOff } from '../../runs/engine/put-off.js';
import { RunFailed, RunWaits } from '../../runs/engine/resume-waiting.js';
import { endParts } from './end-parts.js';

const STOPPED: RunResult = { code: 'stopped' };

/** Ends the run as done; an import turns the nightly sync on (or off) with it, unless somebody said stop at the same moment. */
export async function endWell(deps: Deps, run: SyncRun, held: HeldRun, result: RunResult): Promise<void> {
  const event = { _id: run.event, account: run.account };
  const decides = !held.preview && run.keepSynced !== undefined;
  if (decides && !run.keepSynced) await Event.updateOne(event, { $set: { 'sync.on': false } });
  if (decides && run.keepSynced)
    await Event.updateOne(
      { ...event, 'sync.on': false },
      { $set: { 'sync.on': true, 'sync.onSince': deps.now() } },
    );
  if (await held.end('done', result, true)) return;
  if (!(await SyncRun.exists({ _id: run._id, stopRequested: true }))) return;
  if (decides && run.keepSynced) await Event.updateOne(event, { $set: { 'sync.on': false } });
  await held.end('stopped', STOPPED);
}

/** Ends a run that cannot go on, hands it back or puts it off, by what kept it from going on. */
export async function endBadly(deps: Deps, held: HeldRun, error: unknown): Promise<void> {
  if (error instanceof RunLost) return;
  if (error instanceof RunHandedBack || isPassing(error)) {
    // Where even this fails, its silence tells: it is taken over.
    await held.handBack().catch(() => undefined);
    return;
  }
  if (error instanceof RunPutOff && (await held.putOff(error.until))) return;
  const kept = [RunStopped, RunPutOff, RunWaits].some((kind) => error instanceof kind);
  if (kept) await held.end('stopped', STOPPED);
  else if (error instanceof RunFailed) await held.end('failed', error.result);
  else {
    deps.log.error({ err: error, run: held.id.toHexString() }, 'sync run failed');
    await held.end('failed', { code: 'fault' });
  }
}

/** The account's part of a run that ended before it came to it is nobody's any more. */
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
