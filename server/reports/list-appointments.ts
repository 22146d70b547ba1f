import type { Types } from 'mongoose';
import { Appointment, type AppointmentState, type Attended } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { spanOfDay } from '../web/local-time.js';
import { sliceOf } from '../web/paging.js';
import { inSight, type InSight, type Sight } from '../web/sight.js';
import { findCalled } from './find-called.js';
import { matchNames, type ReportRow } from './match-names.js';
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
  const filter = await filterOf(event, search);
  const counts = await countsOf(filter);
  const { skip } = sliceOf(counts[search.state], slice.page, slice.size);
  const rows = await matchNames(event, await readSome(filter, search, skip, slice.size));
  return { rows, counts };
}

/** Some of the appointments that a filter from `filterOf` finds, by time. */
export async function readSome(
  filter: AppointmentFilter,
  search: Pick<Search, 'state' | 'attended'>,
  skip: number,
  size: number,
): Promise<Appointment[]> {
  return find(filter, search).skip(skip).limit(size).lean();
}

const BATCH = 500;

/** All appointments found, in parts, for a file. */
export async function* everyAppointment(event: Scope, search: Search): AsyncGenerator<ReportRow[]> {
  let batch: Appointment[] = [];
  const cursor = find(await filterOf(event, search), search)
    .lean()
    .cursor({ batchSize: BATCH });
  for await (const item of cursor) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield await matchNames(event, batch);
    batch = [];
  }
  yield await matchNames(event, batch);
}

/** The filter for the times of an event that the reader sees. */
interface TimeFilter extends InSight {
  account: Types.ObjectId;
  event: Types.ObjectId;
  from?: { $gte: Date; $lt: Date };
}

export interface AppointmentFilter extends TimeFilter {
  $or?: Record<string, { $in: Types.ObjectId[] }>[];
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

/** The filter for appointments of a day whose teacher, student or parent has a matching name. */
export async function filterOf(
  event: Scope,
  { q, day }: Pick<Search, 'q' | 'day'>,
): Promise<AppointmentFilter> {
  const scope = scopeOf(event, day);
  if (q === '') return scope;
  const { resources, students, households } = await findCalled(event, q);
  return {
    ...scope,
    $or: [
      { resource: { $in: resources } },
      { with: { $in: resources } },
      { students: { $in: students } },
      { household: { $in: households } },
    ],
  };
}

function find(filter: AppointmentFilter, { state, attended }: Pick<Search, 'state' | 'attended'>) {
  const marked = attended === undefined ? {} : { attended: attended ?? { $exists: false } };
  return Appointment.find({ ...filter, ...marked, state: { $in: STATE_FILTERS[state] } }).sort({
    from: 1,
    _id: 1,
  });
}

/** How many appointments each filter of states has. */
export async function countsOf(filter: AppointmentFilter): Promise<AppointmentList['counts']> {
  const groups = await Appointment.aggregate<{ _id: AppointmentState; count: number }>([
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
