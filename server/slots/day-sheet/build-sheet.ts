import { DateTime } from 'luxon';
import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { inSlots, slotsOf } from '../../models/appointment-slots.js';
import { Contact } from '../../models/contact.js';
import { Resource } from '../../models/resource.js';
import { holdsWords } from '../../models/search-key.js';
import { holdersOf, Slot } from '../../models/slot.js';
import { timeOfDay, timeWithZone } from '../../web/format-time.js';
import type { Place, PlacedEvent } from '../../web/place.js';
import { sliceOf } from '../../web/paging.js';
import { distinctIds } from '../../web/lists.js';
import { inSight, type Sight } from '../../web/sight.js';

/** One slot on the sheet, as partials/day-sheet shows it. */
export interface Cell {
  state: 'free' | 'held' | 'booked' | 'blocked' | 'hidden' | 'problem';
  href: string;
  who: string;
}

export interface Sheet {
  teachers: { name: string; room: string }[];
  rows: { time: string; onHour: boolean; cells: (Cell | null)[] }[];
}

/**
 * The day sheet: one column per teacher of a page, one row per time of the day. It has only teachers with slots on that day that the reader
 * sees. When clocks go back, a time that comes twice has two rows.
 */
export async function buildSheet(
  event: PlacedEvent & { sight: Sight },
  { day, q, page, size }: { day: string; q: string; page: number; size: number },
  now: Date,
): Promise<{ sheet: Sheet; total: number }> {
  const scope = { account: event.account, event: event._id };
  const seen = { ...scope, ...inSight(event.sight), day };
  const [holding, joining] = await Promise.all([
    Slot.distinct('resource', seen),
    Slot.distinct('with', seen),
  ]);
  const own = event.sight.resource?.$in.map(String);
  const having = distinctIds([...holding, ...joining]).filter((id) => !own || own.includes(id.toHexString()));
  const wanted = { ...scope, _id: { $in: having }, ...holdsWords('searchKey', q) };
  const total = await Resource.countDocuments(wanted);
  const teachers = await Resource.find(wanted, { name: 1, room: 1 })
    .sort({ sortKey: 1 })
    .skip(sliceOf(total, page, size).skip)
    .limit(size)
    .lean();
  const ids = { $in: teachers.map(({ _id }) => _id) };
  const slots = await Slot.find({ ...scope, day, $or: [{ resource: ids }, { with: ids }] })
    .sort({ from: 1 })
    .lean();
  const taken = await takenBySlot(slots, now);

  const cells = new Map<string, Cell>();
  for (const slot of slots)
    for (const id of holdersOf(slot)) {
      const key = `${id.toHexString()} ${slot.from.getTime()}`;
      // Of two slots at one time, the booked one is shown.
      const cell = cellOf(slot, taken);
      if (!cells.has(key) || taken.bySlot.has(slot._id.toHexString())) cells.set(key, cell);
    }
  const times = [...new Set(slots.map((slot) => slot.from.getTime()))];
  const rows = times.map((time) => ({
    ...timeLabel(time, times, event),
    cells: teachers.map(({ _id }) => cells.get(`${_id.toHexString()} ${time}`) ?? null),
  }));
  return { sheet: { teachers: teachers.map(({ name, room }) => ({ name, room })), rows }, total };
}

interface Taken {
  booked: number;
  held: number;
  problem: boolean;
  students: Types.ObjectId[];
}

interface TakenSlots {
  bySlot: Map<string, Taken>;
  /** Short names by student. */
  names: Map<string, string>;
}

async function takenBySlot(slots: Pick<Slot, '_id'>[], now: Date): Promise<TakenSlots> {
  const appointments = await Appointment.find(
    { ...inSlots(slots.map(({ _id }) => _id)), state: { $in: ['pending', ...LIVING_STATES] } },
    { slot: 1, more: 1, state: 1, students: 1, expiresAt: 1 },
  ).lean();
  const bySlot = new Map<string, Taken>();
  for (const { state, students, expiresAt, ...appointment } of appointments)
    for (const key of slotsOf(appointment).map(String)) {
      const taken = bySlot.get(key) ?? { booked: 0, held: 0, problem: false, students: [] };
      bySlot.set(key, taken);
      if (state === 'pending') taken.held += expiresAt && expiresAt > now ? 1 : 0;
      else {
        taken.booked += 1;
        taken.problem ||= state === 'problem';
        taken.students.push(...students);
      }
    }
  const ids = [...bySlot.values()].flatMap(({ students }) => students);
  const people = await Contact.find({ _id: { $in: ids } }, { firstName: 1, lastName: 1 }).lean();
  return { bySlot, names: new Map(people.map((person) => [person._id.toHexString(), shortName(person)])) };
}

/** "Ana L.": enough for a teacher, and little about the child on a sheet that others may see. */
function shortName({ firstName, lastName }: { firstName: string; lastName: string }): string {
  const [initial = ''] = [...lastName];
  return firstName && initial ? `${firstName} ${initial}.` : firstName || lastName || 'No name';
}

function cellOf(slot: Slot, { bySlot, names }: TakenSlots): Cell {
  const href = `/events/${slot.event.toHexString()}/day-sheet/${slot._id.toHexString()}`;
  const taken = bySlot.get(slot._id.toHexString());
  if (taken?.booked) {
    const [first] = taken.students;
    const name = names.get(first?.toHexString() ?? '') ?? 'No name';
    const others = taken.students.length - 1;
    const who =
      slot.capacity > 1 ? `${taken.booked} of ${slot.capacity}` : others > 0 ? `${name} +${others}` : name;
    return { state: taken.problem ? 'problem' : 'booked', href, who };
  }
  if (taken?.held) return { state: 'held', href, who: '' };
  if (slot.state === 'hidden') return { state: 'hidden', href, who: '' };
  if (slot.state === 'visible') return { state: 'free', href, who: '' };
  return {
    state: 'blocked',
    href,
    who: slot.state === 'unavailable' ? slot.message || 'Unavailable' : 'Call the school',
  };
}

function timeLabel(time: number, times: number[], place: Place): { time: string; onHour: boolean } {
  const say = (at: number) => timeOfDay(new Date(at), place);
  const twice = times.some((other) => other !== time && say(other) === say(time));
  return {
    time: twice ? timeWithZone(new Date(time), place) : say(time),
    onHour: DateTime.fromMillis(time, { zone: place.timeZone }).minute === 0,
  };
}
