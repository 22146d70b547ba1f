import type { Types } from 'mongoose';
import type { Event, EventSync } from '../../models/event.js';
import { dropOlderHeld } from '../changes/drop-held.js';
import type { Removals } from '../changes/take-removals.js';
import type { HeldRun } from '../runs/hold-run.js';
import { walkThrough } from '../walk-through.js';
import { applyClasses, removeGoneClasses } from './apply-classes.js';
import { countDesired, readDesired } from './desire-classes.js';
import { flagAppointments } from './flag-appointments.js';
import type { Standing } from './find-standing.js';
import type { Mirror } from './mirror.js';
import { updateResources } from './update-resources.js';

export const UPDATE_STAGES = ['classes', 'resources', 'appointments'];

export interface UpdateOptions {
  mirror: Mirror;
  /** A person has just chosen what the event takes: what leaves by that is not held. */
  chosen: boolean;
  /** Of its classes and resources nothing needs to be looked at. */
  standing: Standing | undefined;
}

/**
 * Brings an event's classes and holders of slots to what the account's mirror says for the event's schools and terms, and
 * puts appointments that no longer fit into the problem list. Needs no download; doing it again changes nothing more.
 */
export async function updateEvent(
  event: Event,
  sync: EventSync,
  run: HeldRun,
  options: UpdateOptions,
): Promise<void> {
  const { mirror, chosen, standing } = options;
  const verdict = chosen ? 'let go' : undefined;
  if (standing) await countStanding(run, standing);
  else {
    const teaching = await updateClasses(event, sync, run, mirror, verdict);
    await updateResources(run, event, mirror, teaching, verdict);
  }
  await dropOlderHeld(run, ['class', 'resource']);
  await flagAppointments(run, event);
}

/** @returns who teaches them */
async function updateClasses(
  event: Event,
  sync: EventSync,
  run: HeldRun,
  mirror: Mirror,
  verdict: Removals['verdict'],
): Promise<ReadonlyMap<string, Types.ObjectId>> {
  await run.begin('classes', await countDesired(mirror, sync));
  const desired = new Set<string>();
  const teaching = new Map<string, Types.ObjectId>();
  let teachers = 0;
  let students = 0;
  await walkThrough(readDesired(mirror, event, sync), async (wanted) => {
    const batch = await applyClasses(run, event, mirror, wanted);
    for (const { section, synced, unknown } of batch) {
      desired.add(section.toHexString());
      for (const id of synced.teachers) teaching.set(id.toHexString(), id);
      teachers += unknown.teachers;
      students += unknown.students;
    }
    run.count('class', 'read', batch.length);
    await run.step(batch.length);
  });
  warnOfUnknown(run, teachers, students);
  await removeGoneClasses(run, event, desired, verdict);
  return teaching;
}

async function countStanding(run: HeldRun, { classes, resources }: Standing): Promise<void> {
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

function warnOfUnknown(run: HeldRun, teachers: number, students: number): void {
  if (teachers + students > 0) run.warn({ code: 'people not shared', teachers, students });
}
