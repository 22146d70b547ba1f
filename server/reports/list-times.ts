import type { QueryFilter } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Slot, type SlotState } from '../models/slot.js';
import { dayOf } from '../web/local-time.js';
import { onDay, type Scope } from './list-appointments.js';
import { matchNames, type NamedResource, type ReportRow } from './match-names.js';

/** A time of a teacher: an appointment, or what of a slot nobody has booked. */
export interface TimeRow extends ReportRow {
  /** Of what nobody has booked: the slot's state. */
  free?: SlotState;
}

/** What of a slot that nobody booked is said. */
const FREE_WORDS: Record<SlotState, string> = {
  visible: 'Free',
  hidden: 'Hidden',
  'call the school': 'Call the school',
  unavailable: 'Unavailable',
};

/** Which times: of one local day ('' for all), and whether those that nobody booked are among them. */
export interface TimesAsked {
  day: string;
  withFree: boolean;
}

/**
 * The times of some teachers, booked and free, by time.
 * @param resources teachers with all their times
 * @param more further appointments of the event, of whomever they are
 * @param known every teacher who can have one of them
 */
export async function listTimes(
  event: Scope,
  resources: NamedResource[],
  { day, withFree }: TimesAsked,
  more?: { filter: QueryFilter<Appointment>; known: NamedResource[] },
): Promise<TimeRow[]> {
  const ids = { $in: resources.map(({ _id }) => _id) };
  const scope = { account: event.account, event: event._id, ...onDay(event, day) };
  const of = more ? { $or: [{ resource: ids }, more.filter] } : { resource: ids };
  const [appointments, slots] = await Promise.all([
    Appointment.find({ ...scope, ...of, state: { $in: LIVING_STATES } }).lean(),
    withFree ? Slot.find({ ...scope, resource: ids }).lean() : [],
  ]);
  const booked = await matchNames(event, appointments, { resources: more?.known ?? resources, slots });
  const taken = new Map<string, number>();
  for (const { slot } of booked) taken.set(slot, (taken.get(slot) ?? 0) + 1);
  const resourceOf = new Map(resources.map((resource) => [resource._id.toHexString(), resource]));
  const free = slots.flatMap((slot) => {
    const left = slot.capacity - (taken.get(slot._id.toHexString()) ?? 0);
    return left > 0 ? [freeRow(event, slot, left, resourceOf.get(slot.resource.toHexString()))] : [];
  });
  return [...booked, ...free].sort((a, b) => a.from.getTime() - b.from.getTime());
}

function freeRow(event: Scope, slot: Slot, left: number, resource: NamedResource | undefined): TimeRow {
  const word = FREE_WORDS[slot.state];
  return {
    id: '',
    slot: slot._id.toHexString(),
    resource: slot.resource.toHexString(),
    household: '',
    day: dayOf(slot.from, event.timeZone),
    from: slot.from,
    to: slot.to,
    teacher: resource?.name ?? '',
    room: resource?.room ?? '',
    students: '',
    className: '',
    family: '',
    state: slot.capacity > 1 ? `${word}: ${String(left)} of ${String(slot.capacity)}` : word,
    problem: '',
    note: slot.state === 'unavailable' ? slot.message : '',
    kind: '',
    answers: [],
    free: slot.state,
  };
}
