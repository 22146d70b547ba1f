import { OVERRIDABLE, type Overridable, type Refusal } from '../models/refusal.js';
import type { Event } from '../models/event.js';
import { atLeast } from '../models/user.js';
import { levelIn, type Actor } from '../web/actor.js';

/** Who may set aside a rule of the event for one booking. */
export function mayOverride(actor: Actor, event: Pick<Event, '_id'>): boolean {
  return atLeast(levelIn(actor, event._id), 'event administrator');
}

/**
 * Whether a refusal is a rule that people made: the booking window, a deadline, a limit, the gap. Facts hold for everybody: a time is
 * taken, somebody is busy, something is closed. A rule that was set aside and still refuses counts as a fact.
 */
export function isOverridable(reason: Refusal, over: readonly Overridable[]): reason is Overridable {
  return OVERRIDABLE.some((rule) => rule === reason) && !over.some((rule) => rule === reason);
}
