import { Types, type Model } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { Event, type EventSync } from '../../models/event.js';
import { readsSource, type Run, type RunResult } from '../../models/run.js';
import type { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { forgetFirstTry, forgetOlderChanges } from '../../runs/changes/forget-changes.js';
import { ActiveRun } from '../../runs/engine/active-run.js';
import { TIMING, type Timing } from '../../runs/engine/timing.js';
import { isPassing } from '../../runs/engine/judge-fault.js';
import { resumeWaiting } from '../../runs/engine/resume-waiting.js';
import { RunFailed, RunWaits } from '../../runs/engine/run-ends.js';
import { countTries, MOST_TRIES, takeRun } from '../../runs/engine/take-run.js';
import { mailWithheld } from '../../runs/engine/mail-withheld.js';
import { waitForMerges } from '../../runs/engine/wait-merges.js';
import { whatItDid } from '../../runs/show/summarize-run.js';
import { findSeen } from '../update/find-seen.js';
import { findUnchanged } from '../update/find-unchanged.js';
import { flagAppointments } from '../update/flag-appointments.js';
import { storedMirror } from '../update/mirror.js';
import { plannedMirror } from '../update/overlay-mirror.js';
import { updateEvent, UPDATE_STAGES } from '../update/update-event.js';
import { UPDATE_KINDS } from '../update/update-kinds.js';
import { endBadly } from '../../runs/engine/end-run.js';
import { endPartOf, endWell, queueNext, STOPPED } from './end-sync.js';
import { findReady } from './queue-waiting.js';
import { requireRefresh } from './require-refresh.js';
import { actOnRun } from './act-on-run.js';

const syncRuns = SyncRun as unknown as Model<Run>;

/** The stages of a sync run after its refresh. */
export function stagesOfSync(run: Pick<Run, 'purpose'>): string[] {
  if (readsSource(run)) return UPDATE_STAGES;
  return run.purpose === 'accept' ? ['event', 'resources', 'appointments'] : ['event', 'appointments'];
}

/**
 * Does one sync run, unless another worker has it. If its run of the account's roster is not done, it queues that one and leaves this one
 * waiting; queued again once that is over, it continues. If a worker dies, another takes the run over and does it again from the start,
 * with the same outcome.
 * @param key the run's id; @param stopping aborted when the worker is told to end: the run goes back to the queue at its next safe point
 */
export async function runSync(
  deps: Deps,
  key: string,
  stopping: AbortSignal,
  timing: Timing = TIMING,
): Promise<void> {
  const taken = await take(deps, new Types.ObjectId(key), timing);
  if (!taken) return;
  const { run } = taken;
  const active = new ActiveRun(syncRuns, run, {
    stages: stagesOfSync(run),
    timing,
    stopping,
    now: deps.now,
  });
  try {
    await active.whileGoing(work(deps, taken, active));
  } catch (caught) {
    const error: unknown = active.signal.aborted ? active.signal.reason : caught;
    if (error instanceof RunWaits && (await leaveWaiting(deps, active, error.waitsFor))) return;
    await endBadly(deps, active, error, STOPPED);
  } finally {
    active.letGo();
  }
  await endPartOf(deps, run);
  await queueNext(deps, run.event);
}

interface Taken {
  run: SyncRun;
  /** Whether the run waited for its part of the account's roster, so that what comes before that part is done. */
  goesOn: boolean;
}

async function take({ now }: Deps, id: Types.ObjectId, timing: Timing): Promise<Taken | null> {
  const taken = await takeRun(syncRuns, id, timing, now());
  if (taken) return { run: taken as SyncRun, goesOn: false };
  const { waitsFor } = (await SyncRun.findById(id, { waitsFor: 1 }).lean()) ?? {};
  if (!waitsFor || (await findReady([waitsFor], now())).size === 0) return null;
  const resumed = await resumeWaiting(syncRuns, id, waitsFor);
  return resumed && { run: resumed as SyncRun, goesOn: true };
}

/** @returns false if another worker has the run, or somebody asked for a stop */
async function leaveWaiting({ queue }: Deps, active: ActiveRun, waitsFor: Types.ObjectId): Promise<boolean> {
  try {
    if (!(await active.waitFor(waitsFor))) return false;
  } catch (error) {
    if (!isPassing(error)) throw error;
    // Either the run waits, or it falls silent and is taken over. It may already be another worker's, so nothing more is written to it.
    return true;
  }
  // Queued last: the roster run is done only while somebody waits for it.
  await queue.add('run-refresh', waitsFor.toHexString());
  return true;
}

async function work(deps: Deps, { run, goesOn }: Taken, active: ActiveRun): Promise<void> {
  const tries = countTries(run);
  if (tries > MOST_TRIES) throw new RunFailed({ code: 'gave up', tries: MOST_TRIES });
  await active.step();
  await waitForMerges(active);
  if (!goesOn) await forgetFirstTry(active);
  if (!goesOn && tries > 1) active.warn({ code: 'done again' });
  const account = await Account.findById(run.account).lean();
  if (!account) throw new RunFailed({ code: 'account gone' });
  const refreshed = () => requireRefresh(deps, run);
  let refresh: RosterRun | undefined;
  if (readsSource(run)) refresh = await update(run, active, refreshed);
  else {
    const event = await eventOf(run);
    refresh = await actOnRun(run, event, active, goesOn, refreshed);
    await flagAppointments(active, event);
  }
  // Before the run ends: nobody repeats a run that is over if the worker dies in between.
  await mailWithheld(deps, account, active, Object.keys(UPDATE_KINDS));
  const result: RunResult = refresh?.unshared
    ? { code: 'shares nothing' }
    : whatItDid(refresh?.counts ?? {}, active.counts);
  await endWell(deps, run, active, result);
  if (run.purpose !== 'undo') await forgetOlderChanges(active);
}

async function eventOf(run: SyncRun): Promise<Event> {
  const event = await Event.findById(run.event).lean();
  if (!event || event.status === 'deleted') throw new RunFailed({ code: 'event gone' });
  return event;
}

async function syncOf(run: SyncRun): Promise<{ event: Event; sync: EventSync }> {
  const event = await eventOf(run);
  const sync = run.choice ? { on: false, hour: 1, ...event.sync, ...run.choice } : event.sync;
  if (!sync) throw new RunFailed({ code: 'nothing to sync' });
  return { event, sync };
}

/** @returns the refresh that it uses */
async function update(
  run: SyncRun,
  active: ActiveRun,
  refreshed: () => Promise<RosterRun>,
): Promise<RosterRun> {
  await syncOf(run);
  const refresh = await refreshed();
  // Somebody may have changed the schools or terms during the download.
  const { event, sync } = await syncOf(run);
  const mirror = active.preview ? plannedMirror(run.account, refresh._id) : storedMirror(run.account);
  const unchanged = await findUnchanged(run, sync, refresh);
  const chosen = run.trigger === 'first import' || !!run.choice;
  await updateEvent(event, sync, active, { mirror, chosen, seen: await findSeen(refresh), unchanged });
  return refresh;
}
