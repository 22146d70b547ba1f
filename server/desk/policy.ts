import { OVERRIDABLE, type Overridable, type Refusal } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { atLeast } from '../models/user.js';
import { levelIn, type Actor } from '../web/actor.js';

/** Who may set a rule of the event aside for one booking. */
export function mayOverride(actor: Actor, event: Pick<Event, '_id'>): boolean {
  return atLeast(levelIn(actor, event._id), 'event administrator');
}

/**
 * Whether what refuses a booking is a rule that people made: a window, a cut-off, a limit, the gap. What is taken, who is somewhere else,
 * and what is closed stay as they are for everybody; what was set aside already, and refuses all the same, is none of those.
 */
export function isOverridable(reason: Refusal, over: readonly Overridable[]): reason is Overridable {
  return OVERRIDABLE.some((rule) => rule === reason) && !over.some((rule) => rule === reason);
}
