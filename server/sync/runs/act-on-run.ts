import type { Types } from 'mongoose';
import { Event, type EventSync } from '../../models/event.js';
import { withheldOf, RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun, type SyncChoice } from '../../models/sync-run.js';
import { hasChangedSince } from '../../runs/engine/find-later-change.js';
import { applyPreview, countStale } from '../../runs/changes/apply-preview.js';
import { countEnded } from '../../runs/changes/withhold-ties.js';
import { CLASS_TIES } from '../../runs/changes/tie-kinds.js';
import { UPDATE_KINDS } from '../update/update-kinds.js';
import { storedMirror } from '../update/mirror.js';
import { updateResources } from '../update/update-resources.js';
import { acceptWithheld, rejectWithheld } from '../../runs/changes/answer-withheld.js';
import { undoChanges } from '../../runs/changes/undo-changes.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { RunFailed } from '../../runs/engine/run-ends.js';

/**
 * Does what a sync run wants to do to another run of the event: applies a preview as it was shown, carries out what somebody decided about
 * its withheld removals, or undoes it. If the run names a roster run, the account's part is done with it: first when a preview is applied, last
 * otherwise.
 * @param goesOn whether the run waited for that part, so that what comes before it is done
 * @param refreshed resolves to that part once it is done
 * @returns that part; undefined if there is none
 */
export async function actOnRun(
  run: SyncRun,
  event: Event,
  active: ActiveRun,
  goesOn: boolean,
  refreshed: () => Promise<RosterRun>,
): Promise<RosterRun | undefined> {
  if (!run.of) throw new RunFailed({ code: 'about nothing' });
  if (!goesOn) await active.begin('event', 0);
  if (run.purpose === 'apply') return applyAll(run, run.of, event, active, goesOn, refreshed);
  if (!goesOn) await actOnEvent(run, run.of, event, active);
  return run.refresh ? refreshed() : undefined;
}

async function actOnEvent(run: SyncRun, of: Types.ObjectId, event: Event, active: ActiveRun): Promise<void> {
  if (run.purpose === 'accept') {
    await acceptWithheld(active, UPDATE_KINDS);
    // Accepting that classes go includes teachers who teach nothing else, unless their removal needs its own decision.
    const waiting: Types.ObjectId[] = await RosterChange.distinct('target', {
      ...withheldOf({ account: event.account, event: event._id }),
      kind: 'resource',
    });
    await updateResources(active, event, storedMirror(event.account), new Map(), 'let go', waiting);
  } else if (run.purpose === 'reject') await rejectWithheld(active, UPDATE_KINDS);
  else await undo(run, of, active);
}

/** Checks both parts before either begins, as the undo may have waited for a sync. */
async function undo(run: SyncRun, of: Types.ObjectId, active: ActiveRun): Promise<void> {
  const refresh = run.refresh && (await RosterRun.findById(run.refresh).lean());
  const isLate = (await hasChangedSince(run)) || (refresh && (await hasChangedSince(refresh)));
  if (isLate) throw new RunFailed({ code: 'changed since' });
  await undoChanges(active, of, UPDATE_KINDS, { event: run.event });
  await undoChoice(run, of);
  await SyncRun.updateOne({ _id: of }, { $set: { undoneBy: run._id } });
}

/** Restores the schools and terms that the event had before the run, unless somebody has changed them since. */
async function undoChoice({ event, account }: SyncRun, of: Types.ObjectId): Promise<void> {
  const { chose } = (await SyncRun.findById(of, { chose: 1 }).lean()) ?? {};
  if (!chose) return;
  const pathsOf = ({ schools, terms, noTerm }: SyncChoice) => ({
    'sync.schools': schools,
    'sync.terms': terms,
    'sync.noTerm': noTerm,
  });
  await Event.updateOne({ _id: event, account, ...pathsOf(chose.after) }, { $set: pathsOf(chose.before) });
}

/** The schools and terms of an event, without whether and when it syncs. */
export function choiceOf({ schools, terms, noTerm }: EventSync): SyncChoice {
  return { schools, terms, noTerm };
}

/** Checks both parts before either begins, so that a preview is applied completely or not at all. */
async function applyAll(
  run: SyncRun,
  preview: Types.ObjectId,
  event: Event,
  active: ActiveRun,
  goesOn: boolean,
  refreshed: () => Promise<RosterRun>,
): Promise<RosterRun> {
  const previewed = await SyncRun.findById(preview, { choice: 1, state: 1, counts: 1 }).lean();
  if (previewed?.state !== 'done') throw new RunFailed({ code: 'preview discarded' });
  if (!goesOn) {
    const stale = await countStale(active, preview, UPDATE_KINDS);
    if (stale > 0 && !active.changed) throw new RunFailed({ code: 'stale', count: stale });
  }
  const refresh = await refreshed();
  if (previewed.choice) {
    const after = await keepChoice(event, previewed.choice);
    if (event.sync)
      await SyncRun.updateOne(
        { _id: run._id, chose: { $exists: false } },
        { $set: { chose: { before: choiceOf(event.sync), after: choiceOf(after) } } },
      );
  }
  await applyPreview(active, preview, UPDATE_KINDS);
  countEnded(active, CLASS_TIES, previewed.counts);
  return refresh;
}

/** Saves an event's schools and terms. Whether and when it syncs at night stays as it is. */
export async function keepChoice(
  event: Pick<Event, '_id' | 'account' | 'sync'>,
  choice: SyncChoice,
): Promise<EventSync> {
  const filter = { _id: event._id, account: event.account };
  const { schools, terms, noTerm } = choice;
  const first: EventSync = { on: false, hour: 1, schools, terms, noTerm };
  const made = await Event.updateOne({ ...filter, sync: { $exists: false } }, { $set: { sync: first } });
  if (made.modifiedCount === 1) return first;
  await Event.updateOne(filter, {
    $set: { 'sync.schools': schools, 'sync.terms': terms, 'sync.noTerm': noTerm },
  });
  return { ...first, ...event.sync, schools, terms, noTerm };
}
