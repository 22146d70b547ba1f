import { atLeast } from '../../models/user.js';
import type { Actor } from '../../web/actor.js';

/** Who may browse the district's data: event administrators of the whole account, and above. Administrators of a single event may not. */
export function mayBrowse(actor: Actor): boolean {
  return atLeast(actor.level, 'event administrator');
}

/** Who can fix what prevents the browser from reading. */
export function mayConnect(actor: Actor): boolean {
  return atLeast(actor.level, 'administrator');
}
