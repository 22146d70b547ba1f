import type { Types } from 'mongoose';
import type { Event, EventSync } from '../../models/event.js';
import { ROLES } from '../../runs/changes/compare-ties.js';
import { dropOlderWithheld } from '../../runs/changes/drop-withheld.js';
import type { Removals } from '../../runs/changes/take-removals.js';
import { CLASS_TIES } from '../../runs/changes/tie-kinds.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { walkThrough } from '../../runs/engine/walk-through.js';
import { IdSet } from '../../runs/changes/id-set.js';
import { applyClasses, compareClasses, removeGoneClasses } from './apply-classes.js';
import { countDerived, deriveClasses, type DerivedClass } from './derive-classes.js';
import { ClassGuard, letStay, type ComparedBatch } from './guard-classes.js';
import { flagAppointments } from './flag-appointments.js';
import type { SeenLosses } from './find-seen.js';
import type { Unchanged } from './find-unchanged.js';
import type { Mirror } from './mirror.js';
import { updateResources } from './update-resources.js';

export const UPDATE_STAGES = ['classes', 'resources', 'appointments'];

export interface UpdateOptions {
  mirror: Mirror;
  /** Whether a person has just chosen what the event takes: what leaves by that is not withheld. */
  chosen: boolean;
  /**
   * Whom a person has seen leave sections at the source: they are not withheld again. Whom the event's own guard withholds besides waits on,
   * as nobody has seen them leave.
   */
  seen: SeenLosses;
  /** Set if none of its classes and resources needs to be compared. */
  unchanged: Unchanged | undefined;
}

/**
 * Updates an event's classes and resources from the account's mirror, for the event's schools and terms, and puts appointments that no
 * longer fit on the problem list. Needs no download; a repetition changes nothing more.
 */
export async function updateEvent(
  event: Event,
  sync: EventSync,
  run: ActiveRun,
  options: UpdateOptions,
): Promise<void> {
  const { mirror, chosen, seen, unchanged } = options;
  const verdict = chosen ? 'let go' : undefined;
  if (unchanged) await countUnchanged(run, unchanged);
  else {
    const teaching = await updateClasses(event, sync, run, mirror, { verdict, seen });
    await updateResources(run, event, mirror, teaching, verdict);
  }
  await dropOlderWithheld(run, ['class', 'resource', ...Object.values(CLASS_TIES.kinds)]);
  await flagAppointments(run, event);
}

/** @returns who teaches them */
async function updateClasses(
  event: Event,
  sync: EventSync,
  run: ActiveRun,
  mirror: Mirror,
  { verdict, seen }: { verdict: Removals['verdict']; seen: SeenLosses },
): Promise<ReadonlyMap<string, Types.ObjectId>> {
  await run.begin('classes', await countDerived(mirror, sync));
  const derived = new Set<string>();
  const teaching = new Map<string, Types.ObjectId>();
  const unknown = { teachers: new IdSet(), students: new IdSet() };
  const guard = await ClassGuard.open(run, event, mirror, verdict, seen);
  const take = async (
    wanted: DerivedClass[],
    choose: (batch: ComparedBatch) => Promise<DerivedClass[]>,
  ): Promise<DerivedClass[]> => {
    const batch = await applyClasses(run, event, mirror, wanted, choose);
    for (const item of batch) {
      derived.add(item.section.toHexString());
      for (const id of item.synced.teachers) teaching.set(id.toHexString(), id);
      for (const role of ROLES) for (const id of item.unknown[role]) unknown[role].add(id);
    }
    run.count('class', 'read', batch.length);
    await run.step(batch.length);
    return batch;
  };
  await walkThrough(deriveClasses(mirror, event, sync), async (wanted) => {
    await take(wanted, (batch) => guard.pass(batch));
  });
  await guard.writeOthers(
    () => compareAgain(event, sync, mirror),
    (items, staying) => take(items, async ({ wanted, before }) => letStay(wanted, before, staying)),
  );
  warnOfUnknown(run, unknown.teachers.size, unknown.students.size);
  await removeGoneClasses(run, event, derived, verdict);
  return teaching;
}

async function* compareAgain(
  event: Event,
  sync: EventSync,
  mirror: Mirror,
): AsyncGenerator<ComparedBatch, void, undefined> {
  for await (const wanted of deriveClasses(mirror, event, sync))
    yield await compareClasses(event, mirror, wanted);
}

async function countUnchanged(run: ActiveRun, { classes, resources }: Unchanged): Promise<void> {
  for (const [stage, kind, count] of [
    ['classes', 'class', classes],
    ['resources', 'resource', resources],
  ] as const) {
    await run.begin(stage, count);
    run.count(kind, 'read', count);
    run.count(kind, 'unchanged', count);
    await run.step(count);
  }
}

function warnOfUnknown(run: ActiveRun, teachers: number, students: number): void {
  if (teachers + students > 0) run.warn({ code: 'people not shared', teachers, students });
}
