import type { Types } from 'mongoose';
import { Appointment, type AppointmentState } from '../models/appointment.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { holdsWords } from '../models/scoped.js';
import { sliceOf } from '../web/paging.js';
import type { Sight } from '../web/sight.js';
import { matchNames, type ReportRow } from './match-names.js';
import { STATE_FILTERS, type StateFilter } from './schema.js';

/** An event, and what of it the reader sees. */
type Scope = Pick<Event, '_id' | 'account' | 'timeZone'> & { sight: Sight };

/** What of an event's appointments is looked for. */
export interface Search {
  state: StateFilter;
  /** Words of a teacher's or a student's name; '' for everybody. */
  q: string;
}

export interface AppointmentList {
  rows: ReportRow[];
  /** How many each filter has of what is searched for. */
  counts: Record<StateFilter, number>;
  total: number;
  page: number;
}

/** One page of the event's appointments by time. */
export async function listAppointments(
  event: Scope,
  { state, q }: Search,
  slice: { page: number; size: number },
): Promise<AppointmentList> {
  const filter = await filterOf(event, q);
  const counts = await countsOf(filter);
  const total = counts[state];
  const { page, skip } = sliceOf(total, slice.page, slice.size);
  const found = await find(filter, state).skip(skip).limit(slice.size).lean();
  return { rows: await matchNames(event, found), counts, total, page };
}

const BATCH = 500;

/** All that is looked for, in parts, for a file. */
export async function* everyAppointment(event: Scope, { state, q }: Search): AsyncGenerator<ReportRow[]> {
  let batch: Appointment[] = [];
  const cursor = find(await filterOf(event, q), state)
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

/** How many appointments of the event each filter has. */
export async function countStates(event: Scope): Promise<AppointmentList['counts']> {
  return countsOf(await filterOf(event, ''));
}

interface AppointmentFilter extends Sight {
  account: Types.ObjectId;
  event: Types.ObjectId;
  $or?: ({ resource: { $in: Types.ObjectId[] } } | { students: { $in: Types.ObjectId[] } })[];
}

/**
 * Those whose teacher or student is called so. Names are looked up only among those who have an appointment in the event, by
 * their ids: the district's other people, who may be many, are not read.
 */
async function filterOf(event: Scope, q: string): Promise<AppointmentFilter> {
  const inEvent = { account: event.account, event: event._id };
  const scope = { ...inEvent, ...event.sight };
  if (q === '') return scope;
  const students = await Appointment.distinct('students', { ...scope, state: { $in: STATE_FILTERS.all } });
  const [teachers, called] = await Promise.all([
    Resource.find({ ...inEvent, ...holdsWords('searchKey', q) }, { _id: 1 }).lean(),
    Contact.find(
      { _id: { $in: students }, account: event.account, ...holdsWords('searchKey', q) },
      { _id: 1 },
    ).lean(),
  ]);
  return {
    ...scope,
    $or: [
      { resource: { $in: teachers.map(({ _id }) => _id) } },
      { students: { $in: called.map(({ _id }) => _id) } },
    ],
  };
}

function find(filter: AppointmentFilter, state: StateFilter) {
  return Appointment.find({ ...filter, state: { $in: STATE_FILTERS[state] } }).sort({ from: 1, _id: 1 });
}

async function countsOf(filter: AppointmentFilter): Promise<AppointmentList['counts']> {
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
