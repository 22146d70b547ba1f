import type { QueryFilter, Types } from 'mongoose';
import { readBatches } from '../web/read-batches.js';
import { Appointment, type AppointmentState, type Attended } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import { groupBy } from '../web/lists.js';
import { spanOfDay } from '../web/local-time.js';
import { sliceOf } from '../web/paging.js';
import { inSight, type InSight, type Sight } from '../web/sight.js';
import { findCalled, type Called, type Search as Found } from './find-called.js';
import { matchNames, ROW, type ReportRow } from './match-names.js';
import { STATE_FILTERS, type StateFilter } from './schema.js';

/** An event, and the part of it that the reader sees. */
export type Scope = Pick<Event, '_id' | 'account' | 'timeZone'> & { sight: Sight };

/** Which of an event's appointments are listed. */
export interface Search {
  state: StateFilter;
  /** Words of a teacher's, a student's or a parent's name; '' for everybody. */
  q: string;
  /** A local day; '' for all. */
  day: string;
  /** Only those with this mark; `null` means those without any. */
  attended?: Attended | null;
}

export interface AppointmentList {
  rows: ReportRow[];
  /** How many appointments of the search each filter has. */
  counts: Record<StateFilter, number>;
}

/** One page of the event's appointments by time. */
export async function listAppointments(
  event: Scope,
  search: Search,
  slice: { page: number; size: number },
): Promise<AppointmentList> {
  const wanted = await findWanted(event, search);
  const counts = await countsOf(wanted);
  const { skip } = sliceOf(counts[search.state], slice.page, slice.size);
  return {
    rows: await readSome(event, wanted, search, skip, counts[search.state] === 0 ? 0 : slice.size),
    counts,
  };
}

/** Some of what is wanted, by time. */
export async function readSome(
  event: Scope,
  { filter, known }: Wanted,
  search: Pick<Search, 'state' | 'attended'>,
  skip: number,
  size: number,
): Promise<ReportRow[]> {
  const { appointments, slots } = await readFew({ ...filter, ...narrowed(search) }, skip, size);
  return matchNames(event, appointments, { ...known, slots });
}

/** A page of appointments by time, with the kinds of their slots: one query. Of many the slots are faster read for themselves. */
export async function readFew(filter: QueryFilter<Appointment>, skip: number, size: number) {
  if (size === 0) return { appointments: [], slots: [] };
  const found = await Appointment.aggregate<Appointment & { slots: Pick<Slot, '_id' | 'kind'>[] }>([
    { $match: filter },
    { $sort: { from: 1, _id: 1 } },
    { $skip: skip },
    { $limit: size },
    {
      $lookup: {
        from: Slot.collection.name,
        localField: 'slot',
        foreignField: '_id',
        pipeline: [{ $project: { kind: 1 } }],
        as: 'slots',
      },
    },
  ]);
  return { appointments: found, slots: found.flatMap(({ slots }) => slots) };
}

/** As many as are held in memory at once, with their names: each batch reads those anew. */
const BATCH = 4000;

/** All appointments found, in parts, for a file. */
export async function* everyAppointment(event: Scope, search: Search): AsyncGenerator<ReportRow[]> {
  const { filter, known } = await findWanted(event, search);
  const found = Appointment.collection
    .find<Appointment>({ ...filter, ...narrowed(search) }, { projection: ROW, batchSize: BATCH })
    .sort({ from: 1, _id: 1 });
  for await (const batch of readBatches(found)) yield await matchNames(event, batch, known);
}

/** The filter for the times of an event that the reader sees. */
interface TimeFilter extends InSight {
  account: Types.ObjectId;
  event: Types.ObjectId;
  from?: { $gte: Date; $lt: Date };
}

export interface AppointmentFilter extends TimeFilter {
  _id?: { $in: Types.ObjectId[] };
}

/** The filter for a local day; '' for all days. */
export function onDay({ timeZone }: Pick<Event, 'timeZone'>, day: string): Pick<TimeFilter, 'from'> {
  if (day === '') return {};
  const { start, end } = spanOfDay(day, timeZone);
  return { from: { $gte: start, $lt: end } };
}

/** The filter for the event's slots or appointments of a local day, or of all days, that the reader sees. */
export function scopeOf(event: Scope, day: string): TimeFilter {
  return { account: event.account, event: event._id, ...inSight(event.sight), ...onDay(event, day) };
}

/** Which of an event's appointments are wanted. */
export interface Wanted {
  filter: AppointmentFilter;
  /** What a search found, and the names that it has read. */
  called?: Called[];
  known?: Found['known'];
}

/** The appointments of a day whose teacher, student or parent has a matching name. */
export async function findWanted(event: Scope, { q, day }: Pick<Search, 'q' | 'day'>): Promise<Wanted> {
  const scope = scopeOf(event, day);
  if (q === '') return { filter: scope };
  const { rows, known } = await findCalled(scope, q);
  return { filter: { ...scope, _id: { $in: rows.map(({ _id }) => _id) } }, called: rows, known };
}

function narrowed({ state, attended }: Pick<Search, 'state' | 'attended'>) {
  const marked = attended === undefined ? {} : { attended: attended ?? { $exists: false } };
  return { ...marked, state: { $in: [...STATE_FILTERS[state]] } };
}

/** How many appointments each filter of states has. */
export async function countsOf({ filter, called }: Wanted): Promise<AppointmentList['counts']> {
  const groups = called
    ? [...groupBy(called, ({ state }) => state)].map(([_id, { length: count }]) => ({ _id, count }))
    : await Appointment.aggregate<{ _id: AppointmentState; count: number }>([
        { $match: { ...filter, state: { $in: STATE_FILTERS.all } } },
        { $group: { _id: '$state', count: { $sum: 1 } } },
      ]);
  const sum = (states: readonly AppointmentState[]) =>
    groups.filter(({ _id }) => states.includes(_id)).reduce((all, { count }) => all + count, 0);
  return {
    '': sum(STATE_FILTERS['']),
    all: sum(STATE_FILTERS.all),
    booked: sum(STATE_FILTERS.booked),
    problem: sum(STATE_FILTERS.problem),
    pending: sum(STATE_FILTERS.pending),
    cancelled: sum(STATE_FILTERS.cancelled),
  };
}
