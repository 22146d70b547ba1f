import type { Types } from 'mongoose';
import { atLeast } from '../models/user.js';
import { mayReadAll, type Actor } from '../web/actor.js';

/** Who sees the Importer: event administrators of any event, and above. */
export function mayImport(actor: Actor): boolean {
  return atLeast(actor.levelName, 'event administrator');
}

/**
 * Whether the actor may import a school into an event. Who runs a single event takes again what it has, and for the first time where
 * the account has one school alone: which of several belong to the event is for an administrator to say, as others are not theirs to see.
 * @param matched how many schools of the account can be imported
 */
export function mayImportSchool(
  actor: Actor,
  event: { sync?: { schools: Types.ObjectId[] } },
  school: Types.ObjectId,
  matched: number,
): boolean {
  if (mayReadAll(actor)) return true;
  const has = event.sync?.schools ?? [];
  return has.length === 0 ? matched === 1 : has.some((id) => id.equals(school));
}
