import { atLeast } from '../../models/user.js';
import type { Actor } from '../../web/actor.js';

/** Who sees the Importer: event administrators of any event, and above. */
export function mayImport(actor: Actor): boolean {
  return atLeast(actor.levelName, 'event administrator');
}

/** Who stops the sync of all events, and connects Clever. */
export function mayRunAll(actor: Actor): boolean {
  return atLeast(actor.level, 'administrator');
}
