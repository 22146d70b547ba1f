import { DateTime } from 'luxon';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Slot } from '../models/slot.js';
import { dayOf } from '../web/local-time.js';
import { scopeOf, type Scope } from './list-appointments.js';
import { byId } from './match-names.js';

/** An hour of a local day, with how many of its times are booked and how many are free. */
export interface Hour {
  day: string;
  /** When it begins. */
  at: Date;
  booked: number;
  free: number;
}

/**
 * The hours in which the event has times that the reader sees, in order. A time counts for the hour in which it begins, and each place of a
 * slot for several families counts. Times that parents cannot book count only if they are booked.
 */
export async function countHours(event: Scope, { day }: { day: string }): Promise<Hour[]> {
  const scope = scopeOf(event, day);
  const [places, closed, booked] = await Promise.all([
    Slot.aggregate<Count>([
      { $match: { ...scope, state: 'visible' } },
      { $group: { _id: '$from', count: { $sum: '$capacity' } } },
    ]),
    Slot.find({ ...scope, state: { $ne: 'visible' } }, { _id: 1 }).lean(),
    countBooked(scope),
  ]);
  // Only an appointment at a bookable time takes one of its places.
  const elsewhere =
    closed.length > 0 ? await countBooked({ ...scope, slot: { $in: closed.map(({ _id }) => _id) } }) : [];
  const hours = new Map<number, Hour>();
  const add = (from: Date, more: { booked?: number; free?: number }): void => {
    const at = DateTime.fromJSDate(from, { zone: event.timeZone }).startOf('hour');
    const hour = hours.get(at.toMillis()) ?? {
      day: dayOf(from, event.timeZone),
      at: at.toJSDate(),
      booked: 0,
      free: 0,
    };
    hour.booked += more.booked ?? 0;
    hour.free += more.free ?? 0;
    hours.set(at.toMillis(), hour);
  };
  for (const { _id, count } of places) add(_id, { free: count });
  for (const { _id, count } of booked) add(_id, { booked: count, free: -count });
  for (const { _id, count } of elsewhere) add(_id, { free: count });
  for (const { from, isBookable } of await furtherSlots(scope))
    add(from, { booked: 1, free: isBookable ? -1 : 0 });
  return [...hours.values()]
    .map((hour) => ({ ...hour, free: Math.max(0, hour.free) }))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** When the further slots of longer appointments begin, each as often as it is booked. */
async function furtherSlots(scope: object): Promise<{ from: Date; isBookable: boolean }[]> {
  const longer = await Appointment.find(
    { ...scope, more: { $exists: true }, state: { $in: LIVING_STATES } },
    { more: 1 },
  ).lean();
  if (longer.length === 0) return [];
  const ids = longer.flatMap(({ more = [] }) => more);
  const slots = await Slot.find({ _id: { $in: ids } }, { from: 1, state: 1 }).lean();
  const slotOf = byId(slots);
  return ids.flatMap((id) => {
    const slot = slotOf(id);
    return slot ? [{ from: slot.from, isBookable: slot.state === 'visible' }] : [];
  });
}

interface Count {
  _id: Date;
  count: number;
}

/** How many appointments take place, by the time they begin. */
async function countBooked(scope: object): Promise<Count[]> {
  return Appointment.aggregate<Count>([
    { $match: { ...scope, state: { $in: LIVING_STATES } } },
    { $group: { _id: '$from', count: { $sum: 1 } } },
  ]);
}
