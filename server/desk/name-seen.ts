import { withNames, type Meeting } from '../meetings/name-meetings.js';
import type { Appointment } from '../models/appointment.js';
import { holdersOf } from '../models/slot.js';
import type { SeenEvent } from './find-meeting.js';

/**
 * Those of a family's appointments that the reader sees, with their names, by id. The appointments of all events count, because nobody is
 * in two places. But with whom and about whom they are is only told within this event, and a teacher who sees only their own is only told
 * about those.
 */
export async function nameSeen(
  event: SeenEvent,
  appointments: Appointment[],
  known: Meeting[] = [],
): Promise<Map<string, Meeting>> {
  const has = new Set(known.map(({ id }) => id));
  const seen = appointments.filter((one) => isSeen(event, one));
  const unnamed = seen.filter(({ _id }) => !has.has(String(_id)));
  const named = unnamed.length > 0 ? await withNames(unnamed, event) : [];
  return new Map([...known, ...named].map((one) => [one.id, one]));
}

function isSeen({ _id, sight }: SeenEvent, one: Appointment): boolean {
  const own = sight.resource?.$in;
  return (
    one.event.equals(_id) && (!own || holdersOf(one).some((holder) => own.some((id) => id.equals(holder))))
  );
}
