import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import type { Bookable } from './check-booking.js';
import { bookHeld, confirmAppointment, type Confirmation } from './confirm-appointment.js';
import { mostInARow } from '../claims/find-following.js';
import { holdOnce, type Held, type HoldRequest } from './hold-slot.js';
import { questionsFor } from './read-answers.js';

/** Whether a press on a time may book it: the event asks a family nothing, and nothing is theirs to choose. */
export function mayBookAtOnce(event: Pick<Event, 'booking' | 'fields'>): boolean {
  return questionsFor(event, 'household').length === 0 && mostInARow(event) === 1;
}

/**
 * Holds a time and books it, by the same steps as in two requests. Where there is something to choose it stays on hold, as does what is to
 * replace another meeting: that one would be gone by one press.
 * @returns of a refusal also with whom it would have been, where that was found
 */
export async function bookAtOnce(
  deps: Deps,
  request: HoldRequest,
): Promise<Held & { resource?: Bookable['resource']['_id'] }> {
  const mayBook = mayBookAtOnce(request.event) && !request.replaces;
  const asksKind = ({ slot }: Pick<Bookable, 'slot'>) => slot.kind === 'either';
  const { held, found } = await holdOnce(deps, request, (bookable) => mayBook && !asksKind(bookable));
  if (!held.ok) return found ? { ...held, resource: found.resource._id } : held;
  if (held.appointment.state !== 'pending' || !mayBook) return held;
  const { appointment } = held;
  const ask: Confirmation = {
    ...request,
    appointment: appointment._id,
    note: request.typed?.note ?? '',
    isAtOnce: true,
  };
  if (found) return asksKind(found) ? held : bookHeld(deps, ask, appointment, found);
  // The same request before this one broke off here.
  const slot = await Slot.findById(appointment.slot, { kind: 1 }).lean();
  return slot?.kind === 'either' ? held : confirmAppointment(deps, ask);
}
