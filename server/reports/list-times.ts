import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { BATCH } from '../models/find-together.js';
import { Resource } from '../models/resource.js';
import { holdersOf, Slot, type SlotState } from '../models/slot.js';
import { distinctIds, tally } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';
import { onDay, type Scope } from './list-appointments.js';
import { matchNames, ROW, type NamedResource, type ReportRow } from './match-names.js';

/** A time of a teacher: an appointment, or the free part of a slot. */
export interface TimeRow extends ReportRow {
  /** For a free time: the slot's state. */
  free?: SlotState;
}

/** What of a slot its row is made of. */
const SLOT = {
  ...{ resource: 1, with: 1, from: 1, to: 1, capacity: 1, kind: 1, state: 1, message: 1 },
} as const;
type SlotRow = Pick<Slot, '_id' | keyof typeof SLOT>;

/** What a slot's free time is called. */
const FREE_WORDS: Record<SlotState, string> = {
  visible: 'Free',
  hidden: 'Hidden',
  'call the school': 'Call the school',
  unavailable: 'Unavailable',
};

/** Which times: of one local day ('' for all days), and whether free times are included. */
export interface TimesAsked {
  day: string;
  withFree: boolean;
  /** Whether each teacher's list also has the slots of others in which they sit. */
  shared?: boolean;
}

/**
 * The times of some teachers, booked and free, in order of time.
 * @param resources teachers with all of their times
 * @param more further appointments of the event, with anybody
 * @param known all teachers who can occur in them
 */
export async function listTimes(
  event: Scope,
  resources: NamedResource[],
  { day, withFree, shared = false }: TimesAsked,
  more?: { filter: object; known: NamedResource[] },
): Promise<TimeRow[]> {
  const ids = { $in: resources.map(({ _id }) => _id) };
  const scope = { account: event.account, event: event._id, ...onDay(event, day) };
  const theirs = shared ? { $or: [{ resource: ids }, { with: ids }] } : { resource: ids };
  const of = more ? { $or: [theirs, more.filter] } : theirs;
  const [appointments, slots] = await Promise.all([
    Appointment.collection
      .find<Appointment>(
        { ...scope, ...of, state: { $in: LIVING_STATES } },
        { projection: ROW, batchSize: BATCH },
      )
      .toArray(),
    withFree
      ? Slot.collection
          .find<SlotRow>({ ...scope, ...theirs }, { projection: SLOT, batchSize: BATCH })
          .toArray()
      : [],
  ]);
  const booked = await matchNames(event, appointments, { resources: more?.known ?? resources, slots });
  const taken = tally(booked.flatMap(({ slot, more: further }) => [slot, ...further]));
  const resourceOf = await namesOf(resources, slots);
  const free = slots.flatMap((slot) => {
    const left = slot.capacity - (taken.get(slot._id.toHexString()) ?? 0);
    return left > 0 ? [freeRow(event, slot, left, resourceOf)] : [];
  });
  const rows: TimeRow[] = [...booked, ...free].sort((a, b) => a.from.getTime() - b.from.getTime());
  if (!shared) return rows;
  const listed = new Set(resources.map(({ _id }) => _id.toHexString()));
  return rows.flatMap((row) =>
    [row.resource, ...row.with].filter((id) => listed.has(id)).map((resource) => ({ ...row, resource })),
  );
}

/** Teachers by id, and who else sits in some of the slots. */
async function namesOf(
  resources: NamedResource[],
  slots: Pick<Slot, 'resource' | 'with'>[],
): Promise<Map<string, NamedResource>> {
  const names = new Map(resources.map((resource) => [resource._id.toHexString(), resource]));
  const more = distinctIds(slots.flatMap(holdersOf)).filter((id) => !names.has(id.toHexString()));
  const found =
    more.length > 0 ? await Resource.find({ _id: { $in: more } }, { name: 1, room: 1 }).lean() : [];
  for (const one of found) names.set(one._id.toHexString(), one);
  return names;
}

function freeRow(event: Scope, slot: SlotRow, left: number, names: Map<string, NamedResource>): TimeRow {
  const resource = names.get(slot.resource.toHexString());
  const word = FREE_WORDS[slot.state];
  return {
    id: '',
    slot: slot._id.toHexString(),
    more: [],
    resource: slot.resource.toHexString(),
    household: '',
    day: dayOf(slot.from, event.timeZone),
    from: slot.from,
    to: slot.to,
    with: slot.with?.map(String) ?? [],
    teacher: holdersOf(slot)
      .flatMap((id) => names.get(id.toHexString())?.name ?? [])
      .join(', '),
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
