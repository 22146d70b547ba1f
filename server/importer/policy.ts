import type { Types } from 'mongoose';
import { atLeast } from '../models/user.js';
import { mayReadAll, type Actor } from '../web/actor.js';

/** Who may see the Importer: event administrators of any event, and above. */
export function mayImport(actor: Actor): boolean {
  return atLeast(actor.levelName, 'event administrator');
}

/**
 * Whether the actor may import a school into an event. Somebody who runs a single event may import its schools again, and for the first
 * time if the account has only one school: with several, an administrator decides which belong to the event.
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
