import type { Types } from 'mongoose';
import { Appointment, type AppointmentState } from '../models/appointment.js';
import { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { holdsWords } from '../models/scoped.js';
import { matchNames, type ReportRow } from '../reports/match-names.js';
import { sliceOf } from '../web/paging.js';
import type { Sight } from '../web/sight.js';
import { FILTERS, type AppointmentsQuery, type Filter } from './schema.js';

/** An event, and what of it the reader sees. */
export type Scope = Pick<Event, '_id' | 'account' | 'timeZone'> & { sight: Sight };

export interface Row extends ReportRow {
  id: string;
  slot: string;
}

export const PAGE = 50;

export interface AppointmentList {
  rows: Row[];
  counts: Record<Filter, number>;
}

/** One page of the event's appointments by time, and how many each filter has. */
export async function listAppointments(
  event: Scope,
  { q, state, page }: AppointmentsQuery,
): Promise<AppointmentList> {
  const filter = await filterOf(event, q);
  const groups = await Appointment.aggregate<{ _id: AppointmentState; count: number }>([
    { $match: { ...filter, state: { $in: FILTERS.all } } },
    { $group: { _id: '$state', count: { $sum: 1 } } },
  ]);
  const count = (name: Filter) => {
    const states: readonly AppointmentState[] = FILTERS[name];
    return groups.filter(({ _id }) => states.includes(_id)).reduce((sum, group) => sum + group.count, 0);
  };
  const counts = {
    all: count('all'),
    booked: count('booked'),
    problem: count('problem'),
    pending: count('pending'),
    cancelled: count('cancelled'),
  };
  const found = await Appointment.find({ ...filter, state: { $in: FILTERS[state] } })
    .sort({ from: 1, _id: 1 })
    .skip(sliceOf(counts[state], page, PAGE).skip)
    .limit(PAGE)
    .lean();
  return { rows: await withNames(event, found), counts };
}

const BATCH = 500;

/** All that the filter lets through, in parts, for a file. */
export async function* everyAppointment(
  event: Scope,
  { q, state }: Pick<AppointmentsQuery, 'q' | 'state'>,
): AsyncGenerator<Row[]> {
  const filter = await filterOf(event, q);
  const cursor = Appointment.find({ ...filter, state: { $in: FILTERS[state] } })
    .sort({ from: 1, _id: 1 })
    .lean()
    .cursor({ batchSize: BATCH });
  let batch: Appointment[] = [];
  for await (const item of cursor) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield await withNames(event, batch);
    batch = [];
  }
  yield await withNames(event, batch);
}

async function withNames(event: Scope, found: Appointment[]): Promise<Row[]> {
  const rows = await matchNames(event, found);
  return rows.map((row, index) => ({
    ...row,
    id: found[index]?._id.toHexString() ?? '',
    slot: found[index]?.slot.toHexString() ?? '',
  }));
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
  const students = await Appointment.distinct('students', { ...scope, state: { $in: FILTERS.all } });
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

/** One appointment of the event with its names; undefined for another event's, and for one that the reader does not see. */
export async function findAppointment(event: Scope, id: Types.ObjectId): Promise<Row | undefined> {
  const scope = { account: event.account, event: event._id, ...event.sight };
  const found = await Appointment.findOne({ _id: id, ...scope }).lean();
  const [row] = found ? await withNames(event, [found]) : [];
  return row;
}
