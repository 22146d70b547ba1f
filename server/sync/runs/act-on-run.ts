import type { Types } from 'mongoose';
import { Event, type EventSync } from '../../models/event.js';
import { heldOf, RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun, type SyncChoice } from '../../models/sync-run.js';
import { hasChangedSince } from '../../runs/engine/find-later-change.js';
import { applyPreview, countStale } from '../../runs/changes/apply-preview.js';
import { countEnded } from '../../runs/changes/hold-ties.js';
import { CLASS_TIES } from '../../runs/changes/tie-kinds.js';
import { UPDATE_KINDS } from '../update/update-kinds.js';
import { storedMirror } from '../update/mirror.js';
import { updateResources } from '../update/update-resources.js';
import { acceptHeld, rejectHeld } from '../../runs/changes/answer-held.js';
import { undoChanges } from '../../runs/changes/undo-changes.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { RunFailed } from '../../runs/engine/run-ends.js';

/**
 * Does what a sync run says of another run of the event: applies a preview exactly, does what somebody decided about what it held, or takes it back; with
 * the part of the account's roster where the run names a roster run for it: first where a preview is applied, last otherwise.
 * @param goesOn the run waited for that part: what comes before it is done
 * @param refreshed gives that part, once it is done
 * @returns that part; undefined where there is none
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
    await acceptHeld(active, UPDATE_KINDS);
    // Whoever accepts that classes go has said so of those who teach nothing else, unless they are a question of their own.
    const waiting: Types.ObjectId[] = await RosterChange.distinct('target', {
      ...heldOf({ account: event.account, event: event._id }),
      kind: 'resource',
    });
    await updateResources(active, event, storedMirror(event.account), new Map(), 'let go', waiting);
  } else if (run.purpose === 'reject') await rejectHeld(active, UPDATE_KINDS);
  else await undo(run, of, active);
}

/** Looks at both parts before either is begun, as an undo may have waited for a sync. */
async function undo(run: SyncRun, of: Types.ObjectId, active: ActiveRun): Promise<void> {
  const refresh = run.refresh && (await RosterRun.findById(run.refresh).lean());
  const isLate = (await hasChangedSince(run)) || (refresh && (await hasChangedSince(refresh)));
  if (isLate) throw new RunFailed({ code: 'changed since' });
  await undoChanges(active, of, UPDATE_KINDS, { event: run.event });
  await undoChoice(run, of);
  await SyncRun.updateOne({ _id: of }, { $set: { undoneBy: run._id } });
}

/** Brings back what the event took before the run, unless somebody has chosen anew since. */
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

/** What an event takes, without whether and when it syncs. */
export function choiceOf({ schools, terms, noTerm }: EventSync): SyncChoice {
  return { schools, terms, noTerm };
}

/** Both parts are looked at before either is begun, so that a preview is applied whole or not at all. */
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

/** Keeps what an event takes. Whether and when it syncs at night stays as it is. */
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
