import { Types, type Model } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Event } from '../models/event.js';
import type { Run } from '../models/run.js';
import { SyncRun } from '../models/sync-run.js';
import { updateEvent, UPDATE_STAGES } from './event-update/update-event.js';
import { completeRefresh, RefreshFailed } from './runs/attach-refresh.js';
import { HeldRun, RunHandedBack, RunLost, RunStopped, TIMING, type Timing } from './runs/hold-run.js';
import { isPassing } from './runs/judge-fault.js';
import { summarizeRun } from './runs/summarize-run.js';
import { MOST_TRIES, takeRun } from './runs/take-run.js';

const syncRuns = SyncRun as unknown as Model<Run>;

/**
 * Does one sync run, unless somebody else is at it: the refresh that it stands on, then the event's update. Ends it in one
 * sentence. A worker that dies leaves it to be taken over and done again from the start, with the same outcome.
 * @param key the run's id; @param stopping the worker is to end: the run goes back to the queue at its next safe point
 */
export async function runSync(
  deps: Deps,
  key: string,
  stopping: AbortSignal,
  timing: Timing = TIMING,
): Promise<void> {
  const taken = (await takeRun(syncRuns, new Types.ObjectId(key), timing, deps.now())) as SyncRun | null;
  if (!taken) return;
  const held = new HeldRun(syncRuns, taken, {
    stages: UPDATE_STAGES,
    timing,
    outer: stopping,
    now: deps.now,
  });
  try {
    await work(deps, taken, held, timing);
  } catch (error) {
    await endBadly(deps, held, error);
  } finally {
    held.letGo();
  }
  await queueWaiting(deps, taken.event);
}

async function work(deps: Deps, run: SyncRun, held: HeldRun, timing: Timing): Promise<void> {
  if (run.fence > MOST_TRIES)
    throw new RefreshFailed(`Given up: it ended its worker ${String(MOST_TRIES)} times.`);
  await held.step();
  if (run.fence > 1)
    held.warn(
      'Done again from the start, because its first worker was lost. What that one had done counts as unchanged.',
    );
  const account = await Account.findById(run.account).lean();
  const before = await Event.findById(run.event).lean();
  if (!account || !before?.sync) throw new RefreshFailed('The event has nothing to sync.');
  const refresh = await completeRefresh(deps, account, run, held, timing);
  // What is to be synced may have been chosen anew while the download ran.
  const event = await Event.findById(run.event).lean();
  if (!event?.sync) throw new RefreshFailed('The event has nothing to sync.');
  await updateEvent(event, event.sync, held);
  await endWell(deps, run, held, summarizeRun(refresh.counts, held.counts));
}

/** Ends the run as done; an import turns the nightly sync on (or off) with it, unless somebody said stop at the same moment. */
async function endWell(deps: Deps, run: SyncRun, held: HeldRun, result: string): Promise<void> {
  const event = { _id: run.event, account: run.account };
  if (run.keepSynced === false) await Event.updateOne(event, { $set: { 'sync.on': false } });
  if (run.keepSynced)
    await Event.updateOne(
      { ...event, 'sync.on': false },
      { $set: { 'sync.on': true, 'sync.onSince': deps.now() } },
    );
  if (await held.end('done', result, true)) return;
  if (!(await SyncRun.exists({ _id: run._id, stopRequested: true }))) return;
  if (run.keepSynced) await Event.updateOne(event, { $set: { 'sync.on': false } });
  await held.end('stopped', STOPPED);
}

const STOPPED = 'What had been brought in by then stays.';

async function endBadly(deps: Deps, held: HeldRun, error: unknown): Promise<void> {
  if (error instanceof RunLost) return;
  if (error instanceof RunHandedBack || isPassing(error)) {
    // Where even this fails, its silence tells: it is taken over.
    await held.handBack().catch(() => undefined);
    return;
  }
  if (error instanceof RunStopped) await held.end('stopped', STOPPED);
  else if (error instanceof RefreshFailed) await held.end('failed', error.message);
  else {
    deps.log.error({ err: error, run: held.id.toHexString() }, 'sync run failed');
    await held.end(
      'failed',
      'A fault in Slotbell ended the run; it is noted in the log. Sync again, and tell whoever hosts Slotbell if it stays.',
    );
  }
}

/** Another run of the event may have waited for this one. */
async function queueWaiting(deps: Deps, event: Types.ObjectId): Promise<void> {
  const waiting = await SyncRun.find({ event, state: 'queued' }, { _id: 1 }).sort({ createdAt: 1 }).lean();
  for (const { _id } of waiting) await deps.queue.add('run-sync', _id.toHexString());
}
