import type { Types } from 'mongoose';
import { atLeast } from '../../models/user.js';
import { mayReadAll, type Actor } from '../../web/actor.js';

/** Who sees the Importer: event administrators of any event, and above. */
export function mayImport(actor: Actor): boolean {
  return atLeast(actor.levelName, 'event administrator');
}

/** Whether the actor may import a school into an event: one of a single event takes again what it has, others are not theirs to see. */
export function mayImportSchool(
  actor: Actor,
  event: { sync?: { schools: Types.ObjectId[] } },
  school: Types.ObjectId,
): boolean {
  return mayReadAll(actor) || (event.sync?.schools.some((id) => id.equals(school)) ?? false);
}
