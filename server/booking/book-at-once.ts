import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import type { About, Bookable } from './check-booking.js';
import { bookHeld, confirmAppointment, type Confirmation } from './confirm-appointment.js';
import { mostInARow } from '../claims/find-following.js';
import { holdOnce, type Held } from './hold-slot.js';
import type { HoldRequest } from './build-hold.js';
import { questionsFor } from './read-answers.js';

/** Whether one press on a time books it: the event asks a family nothing, and the slot leaves it nothing to choose. */
export function mayBookAtOnce(event: Pick<Event, 'booking' | 'fields'>): boolean {
  return questionsFor(event, 'household').length === 0 && mostInARow(event) === 1;
}

/**
 * Holds a time and books it, by the same steps as two requests would. A time that leaves something to choose stays on hold. So does one
 * that replaces another meeting, because one press would cancel that meeting.
 * @returns of a refusal also the teacher, and what was read of the time, where it was found
 */
export async function bookAtOnce(
  deps: Deps,
  request: HoldRequest,
): Promise<Held & { resource?: Bookable['resource']['_id']; about?: About }> {
  const mayBook = mayBookAtOnce(request.event) && !request.replaces;
  const asksKind = ({ slot }: Pick<Bookable, 'slot'>) => slot.kind === 'either';
  const { held, found, about } = await holdOnce(deps, request, (bookable) => mayBook && !asksKind(bookable));
  const read = { ...(found ? { resource: found.resource._id } : {}), ...(about ? { about } : {}) };
  if (!held.ok) return { ...held, ...read };
  if (held.appointment.state !== 'pending' || !mayBook) return held;
  const { appointment } = held;
  const ask: Confirmation = {
    ...request,
    appointment: appointment._id,
    note: request.typed?.note ?? '',
    isAtOnce: true,
  };
  if (found) return asksKind(found) ? held : { ...(await bookHeld(deps, ask, appointment, found)), ...read };
  // An earlier try of the same request ended between the two steps.
  const slot = await Slot.findById(appointment.slot, { kind: 1 }).lean();
  return slot?.kind === 'either' ? held : confirmAppointment(deps, ask);
}
