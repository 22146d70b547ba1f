import type { Model, Types } from 'mongoose';
import { CleverError } from '../../clever/explain-failure.js';
import { recordAcceptance, recordRefusal } from '../../clever/record-access.js';
import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import { RosterRun } from '../../models/roster-run.js';
import { RosterUpload } from '../../models/roster-upload.js';
import { readsSource, type Run } from '../../models/run.js';
import { hasChangedSince } from '../../runs/engine/find-later-change.js';
import { applyPreview, countStale } from '../../runs/changes/apply-preview.js';
import { countEnded } from '../../runs/changes/withhold-ties.js';
import { SECTION_TIES } from '../../runs/changes/tie-kinds.js';
import { forgetFirstTry, forgetOlderChanges } from '../../runs/changes/forget-changes.js';
import { REFRESH_KINDS } from './refresh-kinds.js';
import { acceptWithheld, rejectWithheld } from '../../runs/changes/answer-withheld.js';
import { dropWithheldOf, dropOlderWithheld } from '../../runs/changes/drop-withheld.js';
import { undoChanges } from '../../runs/changes/undo-changes.js';
import { dropNewcomersOf } from '../people/note-newcomers.js';
import { applyPlannedPairs } from '../people/plan-pairs.js';
import { dropCursor } from '../../sources/download/cursor.js';
import { refreshAccount, refreshStages } from './refresh-account.js';
import { NothingShared } from '../../sources/download/download-district.js';
import { RunFailed } from '../../runs/engine/run-ends.js';
import { endBadly } from '../../runs/engine/end-run.js';
import { ActiveRun } from '../../runs/engine/active-run.js';
import type { Timing } from '../../runs/engine/timing.js';
import { nextTry } from '../../runs/engine/put-off.js';
import { whatItDid } from '../../runs/show/summarize-run.js';
import { countTries, MOST_TRIES } from '../../runs/engine/take-run.js';
import { mailWithheld } from '../../runs/engine/mail-withheld.js';
import { mailUnshared } from '../../sources/download/mail-unshared.js';
import { waitForMerges } from '../../runs/engine/wait-merges.js';

const rosterRuns = RosterRun as unknown as Model<Run>;

/** The stages of a roster run. */
export function stagesOfRefresh(account: Account, run: Pick<RosterRun, 'purpose' | 'upload'>): string[] {
  return readsSource(run) ? refreshStages(account, run.upload) : ['changes'];
}

export interface RefreshOptions {
  /** Aborted when the worker is told to end: the run goes back to the queue at its next safe point. */
  stopping: AbortSignal;
  timing: Timing;
  /** Starts what follows once the roster is written. The run ends only afterwards: if the worker dies here, the run is done again. */
  follow?: () => Promise<void>;
}

/** Does a roster run that was taken, and ends it, puts it off or hands it back. */
export async function runRefresh(
  deps: Deps,
  account: Account,
  taken: RosterRun,
  { stopping, timing, follow }: RefreshOptions,
): Promise<void> {
  const stages = stagesOfRefresh(account, taken);
  const run = new ActiveRun(rosterRuns, taken, { stages, timing, stopping, now: deps.now });
  try {
    if (countTries(taken) > MOST_TRIES) throw new RunFailed({ code: 'gave up', tries: MOST_TRIES });
    await waitForMerges(run);
    await forgetFirstTry(run);
    await run.whileGoing(work(deps, account, taken, run));
    if (!run.preview) await follow?.();
    // Before the run ends: nobody repeats a run that is over if the worker dies in between.
    await mailWithheld(deps, account, run, Object.keys(REFRESH_KINDS));
    const unshared = (await RosterRun.exists({ _id: taken._id, unshared: true })) !== null;
    if (unshared && !run.preview) await mailUnshared(deps, account);
    await run.end('done', unshared ? { code: 'shares nothing' } : whatItDid(run.counts));
    if (readsClever(account, taken)) await recordAcceptance(account);
    if (taken.purpose !== 'undo') await forgetOlderChanges(run);
  } catch (caught) {
    // Work that was cut short because the run ends fails for that reason, whatever its own fault says.
    const error: unknown = run.signal.aborted ? run.signal.reason : caught;
    const until = nextTry(taken, error, deps.now());
    if (until && (await run.putOff(until))) return;
    if (error instanceof CleverError && error.kind === 'unauthorized')
      await recordRefusal(account, error.fault);
    if (error instanceof NothingShared && !run.preview) await mailUnshared(deps, account);
    await endBadly(deps, run, error, { code: 'stopped with its run' });
  } finally {
    run.letGo();
  }
}

/** Whether the run reads the district itself, with the account's access. */
function readsClever({ clever, files }: Account, run: RosterRun): boolean {
  return readsSource(run) && !run.upload && !files?.on && clever?.enabled === true;
}

async function work(deps: Deps, account: Account, taken: RosterRun, run: ActiveRun): Promise<void> {
  const { purpose, of } = taken;
  if (readsSource(taken)) {
    await refreshAccount(deps, account, run, {
      expected: await expectedRecords(account._id),
      full: taken.full === true || run.preview,
      ...(taken.mapping ? { mapping: taken.mapping } : {}),
      ...(taken.upload ? { upload: taken.upload } : {}),
    });
    return;
  }
  if (!of) throw new RunFailed({ code: 'about nothing' });
  await run.begin('changes', 0);
  // An undo may have taken back what the events reported since, or accepted what they did not.
  await dropCursor(run);
  if (purpose === 'apply') await applyAll(run, of);
  else if (purpose === 'accept') await acceptWithheld(run, REFRESH_KINDS);
  else if (purpose === 'reject') await rejectWithheld(run, REFRESH_KINDS);
  else {
    if (await hasChangedSince(taken)) throw new RunFailed({ code: 'changed since' });
    await undoChanges(run, of, REFRESH_KINDS, { account: account._id });
    await dropNewcomersOf(account._id, of);
    await RosterRun.updateOne({ _id: of }, { $set: { undoneBy: run.id } });
  }
}

async function applyAll(run: ActiveRun, preview: Types.ObjectId): Promise<void> {
  const previewed = await RosterRun.findById(preview).lean();
  if (previewed?.state !== 'done') throw new RunFailed({ code: 'preview discarded' });
  const stale = await countStale(run, preview, REFRESH_KINDS);
  if (stale > 0 && !run.changed) throw new RunFailed({ code: 'stale', count: stale });
  await applyPreview(run, preview, REFRESH_KINDS);
  countEnded(run, SECTION_TIES, previewed.counts);
  await applyPlannedPairs(run, preview);
  const { upload, answered = [], back = [] } = previewed;
  await dropOlderWithheld(run, answered, preview);
  await dropWithheldOf(run, back, preview);
  if (upload) await RosterUpload.updateOne({ _id: upload }, { $set: { state: 'used' } });
}

/** How many records the account's last whole download had. */
async function expectedRecords(account: Types.ObjectId): Promise<number> {
  const last = await RosterRun.findOne({ account, state: 'done', how: 'full' }, { counts: 1 })
    .sort({ createdAt: -1 })
    .lean();
  return Object.values(last?.counts ?? {}).reduce((sum, { read }) => sum + read, 0);
}
