import { atLeast } from '../../models/user.js';
import type { Actor } from '../../web/actor.js';

/** Who may look into the district's data: event administrators of the whole account, and above. One of a single event sees that event's. */
export function mayBrowse(actor: Actor): boolean {
  return atLeast(actor.level, 'event administrator');
}

/** Who can put right what keeps the browser from reading. */
export function mayConnect(actor: Actor): boolean {
  return atLeast(actor.level, 'administrator');
}
