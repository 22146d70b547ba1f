import { Appointment, type AppointmentState } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { sliceOf } from '../web/paging.js';
import type { Sight } from '../web/sight.js';
import { matchNames, type ReportRow } from './match-names.js';
import { STATE_FILTERS, type AppointmentsView, type StateFilter } from './schema.js';

/** An event, and what of it the reader sees. */
type Scope = Pick<Event, '_id' | 'account' | 'timeZone'> & { sight: Sight };

export const APPOINTMENTS_A_PAGE = 100;

export interface AppointmentList {
  rows: ReportRow[];
  counts: Record<StateFilter, number>;
  total: number;
  page: number;
}

/** The event's appointments by time. */
export async function listAppointments(event: Scope, view: AppointmentsView): Promise<AppointmentList> {
  const counts = await countStates(event);
  const total = counts[view.state];
  const { page, skip } = sliceOf(total, view.page, APPOINTMENTS_A_PAGE);
  const appointments = await find(event, view.state).skip(skip).limit(APPOINTMENTS_A_PAGE).lean();
  return { rows: await matchNames(event, appointments), counts, total, page };
}

const BATCH = 200;

/** All of them, for a file. */
export async function* everyAppointment(event: Scope, state: StateFilter): AsyncGenerator<ReportRow[]> {
  let batch: Appointment[] = [];
  for await (const item of find(event, state).lean().cursor({ batchSize: BATCH })) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield await matchNames(event, batch);
    batch = [];
  }
  yield await matchNames(event, batch);
}

function find(event: Scope, state: StateFilter) {
  const states: readonly AppointmentState[] = STATE_FILTERS[state];
  const scope = { account: event.account, event: event._id, ...event.sight };
  return Appointment.find({ ...scope, state: { $in: [...states] } }).sort({ from: 1, _id: 1 });
}

export async function countStates(event: Scope): Promise<AppointmentList['counts']> {
  const groups = await Appointment.aggregate<{ _id: AppointmentState; count: number }>([
    { $match: { account: event.account, event: event._id, ...event.sight } },
    { $group: { _id: '$state', count: { $sum: 1 } } },
  ]);
  const sum = (states: readonly AppointmentState[]) =>
    groups.filter(({ _id }) => states.includes(_id)).reduce((all, { count }) => all + count, 0);
  return {
    '': sum(STATE_FILTERS['']),
    problem: sum(STATE_FILTERS.problem),
    cancelled: sum(STATE_FILTERS.cancelled),
  };
}
