import { Types, type Model } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { Event, type EventSync } from '../../models/event.js';
import type { KindCounts, Run, RunResult } from '../../models/run.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { forgetFirstTry, forgetOlderChanges } from '../../runs/changes/forget-changes.js';
import { endParts } from './end-parts.js';
import { findStanding } from '../update/find-standing.js';
import { flagAppointments } from '../update/flag-appointments.js';
import { storedMirror } from '../update/mirror.js';
import { plannedMirror } from '../update/overlay-mirror.js';
import { updateEvent, UPDATE_STAGES } from '../update/update-event.js';
import { UPDATE_KINDS } from '../update/update-kinds.js';
import { RefreshFailed } from '../../roster/run/run-refresh.js';
import { completeRefresh } from './attach-refresh.js';
import {
  HeldRun,
  RunHandedBack,
  RunLost,
  RunStopped,
  TIMING,
  type Timing,
} from '../../runs/engine/hold-run.js';
import { isPassing } from '../../runs/engine/judge-fault.js';
import { dueAt, RunPutOff } from '../../runs/engine/put-off.js';
import { whatItDid } from '../../runs/show/summarize-run.js';
import { countTries, MOST_TRIES, takeRun } from '../../runs/engine/take-run.js';
import { settleRun } from './settle-run.js';
import { tellHeld } from '../../runs/engine/tell-held.js';
import { waitForMerges } from '../../runs/engine/wait-merges.js';

const syncRuns = SyncRun as unknown as Model<Run>;

/** What a sync run goes through after its refresh. */
export function stagesOfSync({ purpose }: Pick<Run, 'purpose'>): string[] {
  if (purpose === 'sync' || purpose === 'preview') return UPDATE_STAGES;
  return purpose === 'accept' ? ['event', 'resources', 'appointments'] : ['event', 'appointments'];
}

/**
 * Does one sync run, unless somebody else is at it: the refresh that it stands on, then the event's update. A worker that dies leaves it to be taken over and done again from the start, with the same outcome.
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
    stages: stagesOfSync(taken),
    timing,
    outer: stopping,
    now: deps.now,
  });
  try {
    await held.whileGoing(work(deps, taken, held, timing));
  } catch (error) {
    await endBadly(deps, held, held.signal.aborted ? held.signal.reason : error);
  } finally {
    held.letGo();
  }
  await endPartOf(deps, taken);
  await queueWaiting(deps, taken.event);
}

async function work(deps: Deps, run: SyncRun, held: HeldRun, timing: Timing): Promise<void> {
  const tries = countTries(run);
  if (tries > MOST_TRIES) throw new RefreshFailed({ code: 'gave up', tries: MOST_TRIES });
  await held.step();
  await waitForMerges(held);
  await forgetFirstTry(held);
  if (tries > 1) held.warn({ code: 'done again' });
  const account = await Account.findById(run.account).lean();
  if (!account) throw new RefreshFailed({ code: 'account gone' });
  const refreshed = async () => completeRefresh(deps, account, run, held, timing);
  let counts: Record<string, KindCounts>;
  if (run.purpose === 'sync' || run.purpose === 'preview')
    counts = await update(run, held, async () => refreshed());
  else {
    const event = await eventOf(run);
    counts = await settleRun(run, event, held, refreshed);
    await flagAppointments(held, event);
  }
  // Before the end: what is over is not taken up again by anybody, should the worker die between the two.
  await tellHeld(deps, account, held, Object.keys(UPDATE_KINDS));
  const unshared = await isUnshared(run);
  const result: RunResult = unshared ? { code: 'shares nothing' } : whatItDid(counts, held.counts);
  await endWell(deps, run, held, result);
  if (run.purpose !== 'undo') await forgetOlderChanges(held);
}

/** Whether the district shared nothing any more. A run that waited for a refresh has been given it since. */
async function isUnshared({ _id }: SyncRun): Promise<boolean> {
  const { refresh } = (await SyncRun.findById(_id, { refresh: 1 }).lean()) ?? {};
  return refresh !== undefined && (await RosterRun.exists({ _id: refresh, unshared: true })) !== null;
}

async function eventOf(run: SyncRun): Promise<Event> {
  const event = await Event.findById(run.event).lean();
  if (!event || event.status === 'deleted') throw new RefreshFailed({ code: 'event gone' });
  return event;
}

async function syncOf(run: SyncRun): Promise<{ event: Event; sync: EventSync }> {
  const event = await eventOf(run);
  const sync = run.choice ? { on: false, hour: 1, ...event.sync, ...run.choice } : event.sync;
  if (!sync) throw new RefreshFailed({ code: 'nothing to sync' });
  return { event, sync };
}

async function update(run: SyncRun, held: HeldRun, refreshed: () => ReturnType<typeof completeRefresh>) {
  await syncOf(run);
  const refresh = await refreshed();
  // What is to be synced may have been chosen anew while the download ran.
  const { event, sync } = await syncOf(run);
  const mirror = held.preview ? plannedMirror(run.account, refresh._id) : storedMirror(run.account);
  const standing = await findStanding(run, sync, refresh);
  const chosen = run.trigger === 'first import' || !!run.choice;
  const seen = refresh.purpose === 'accept' || refresh.purpose === 'apply';
  await updateEvent(event, sync, held, { mirror, chosen, seen, standing });
  return refresh.counts;
}

/** Ends the run as done; an import turns the nightly sync on (or off) with it, unless somebody said stop at the same moment. */
async function endWell(deps: Deps, run: SyncRun, held: HeldRun, result: RunResult): Promise<void> {
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

const STOPPED: RunResult = { code: 'stopped' };

async function endBadly(deps: Deps, held: HeldRun, error: unknown): Promise<void> {
  if (error instanceof RunLost) return;
  if (error instanceof RunHandedBack || isPassing(error)) {
    // Where even this fails, its silence tells: it is taken over.
    await held.handBack().catch(() => undefined);
    return;
  }
  if (error instanceof RunPutOff && (await held.putOff(error.until))) return;
  if (error instanceof RunStopped || error instanceof RunPutOff) await held.end('stopped', STOPPED);
  else if (error instanceof RefreshFailed) await held.end('failed', error.result);
  else {
    deps.log.error({ err: error, run: held.id.toHexString() }, 'sync run failed');
    await held.end('failed', { code: 'fault' });
  }
}

/** The account's part of a run that ended before it came to it is nobody's any more. */
async function endPartOf(deps: Deps, { _id }: SyncRun): Promise<void> {
  const run = await SyncRun.findOne({ _id, state: { $in: ['failed', 'stopped'] } }, { refresh: 1 }).lean();
  await endParts(deps, [run?.refresh]);
}

/** Another run of the event may have waited for this one. */
async function queueWaiting(deps: Deps, event: Types.ObjectId): Promise<void> {
  const waiting = await SyncRun.find({ event, state: 'queued', ...dueAt(deps.now()) }, { _id: 1 })
    .sort({ createdAt: 1 })
    .lean();
  for (const { _id } of waiting) await deps.queue.add('run-sync', _id.toHexString());
}
