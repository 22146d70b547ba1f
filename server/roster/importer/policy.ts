import type { Types } from 'mongoose';
import { atLeast } from '../../models/user.js';
import type { Actor } from '../../web/actor.js';

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

/** Who reads what runs tell of the whole district. One of a single event reads that event's part. */
export function mayReadAll(actor: Actor): boolean {
  return atLeast(actor.level, 'event administrator');
}

/** Who stops the sync of all events, and connects Clever. */
export function mayRunAll(actor: Actor): boolean {
  return atLeast(actor.level, 'administrator');
}
