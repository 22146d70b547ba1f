import type { Event, EventSync } from '../../models/event.js';
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
  warnOfUnknown(run, 'teacher', teachers);
  warnOfUnknown(run, 'student', students);
  await removeGoneClasses(run, event, desired);
  await updateResources(run, event);
  await flagAppointments(run, event);
}

function warnOfUnknown(run: HeldRun, who: string, count: number): void {
  if (count === 0) return;
  const places = count === 1 ? `One place of a ${who}` : `${String(count)} places of ${who}s`;
  run.warn(`${places} in these classes stayed empty, because Clever does not share the ${who}.`);
}
