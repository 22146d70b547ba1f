import type { Event, EventSync } from '../../models/event.js';
import { countOf } from '../../web/format-count.js';
import type { HeldRun } from '../runs/hold-run.js';
import { applyClasses, removeGoneClasses } from './apply-classes.js';
import { countDesired, readDesired } from './desire-classes.js';
import { flagAppointments } from './flag-appointments.js';
import { updateResources } from './update-resources.js';

export const UPDATE_STAGES = ['classes', 'resources', 'appointments'];

/**
 * Brings an event's classes and holders of slots to what the account's mirror says for the event's schools and terms, and
 * puts appointments that no longer fit into the problem list. Needs no download; doing it again changes nothing more.
 */
export async function updateEvent(event: Event, sync: EventSync, run: HeldRun): Promise<void> {
  await run.begin('classes', await countDesired(event.account, sync));
  const desired = new Set<string>();
  let teachers = 0;
  let students = 0;
  for await (const batch of readDesired(event.account, sync)) {
    await applyClasses(run, event, batch);
    for (const { section, unknown } of batch) {
      desired.add(section.toHexString());
      teachers += unknown.teachers;
      students += unknown.students;
    }
    run.count('class', 'read', batch.length);
    await run.step(batch.length);
  }
  warnOfUnknown(run, teachers, students);
  await removeGoneClasses(run, event, desired);
  await updateResources(run, event);
  await flagAppointments(run, event);
}

function warnOfUnknown(run: HeldRun, teachers: number, students: number): void {
  const parts = [
    ...(teachers > 0 ? [countOf(teachers, 'teacher', 'teachers')] : []),
    ...(students > 0 ? [countOf(students, 'student', 'students')] : []),
  ];
  if (parts.length === 0) return;
  run.warn(`These classes list ${parts.join(' and ')} whom Clever does not share; they are left out.`);
}
