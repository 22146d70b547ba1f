import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { holdsWords } from '../models/scoped.js';
import { Slot } from '../models/slot.js';
import { sliceOf } from '../web/paging.js';
import type { Sight } from '../web/sight.js';
import { matchNames, type ReportRow } from './match-names.js';
import type { ScheduleView } from './schema.js';

/** An event, and what of it the reader sees. */
type Scope = Pick<Event, '_id' | 'account' | 'timeZone'> & { sight: Sight };

export interface TeacherSchedule {
  name: string;
  room: string;
  /** Times made for the teacher, booked or not. */
  slots: number;
  rows: ReportRow[];
}

/** Some of the event's teachers by name, each with who comes when. */
export async function listSchedule(
  event: Scope,
  view: ScheduleView,
): Promise<{ teachers: TeacherSchedule[]; total: number; page: number }> {
  const filter = { ...(await takingPart(event)), ...holdsWords('searchKey', view.q) };
  const total = await Resource.countDocuments(filter);
  const { page, skip } = sliceOf(total, view.page, view.size);
  const resources = await Resource.find(filter)
    .sort({ sortKey: 1, _id: 1 })
    .skip(skip)
    .limit(view.size)
    .lean();
  return { teachers: await schedulesOf(event, resources), total, page };
}

const BATCH = 50;

/** Every teacher's appointments, teacher by teacher, for a file. */
export async function* everySchedule(event: Scope): AsyncGenerator<ReportRow[]> {
  const filter = await takingPart(event);
  const cursor = Resource.find(filter).sort({ sortKey: 1, _id: 1 }).lean().cursor({ batchSize: BATCH });
  let batch: Resource[] = [];
  for await (const resource of cursor) {
    batch.push(resource);
    if (batch.length < BATCH) continue;
    for (const { rows } of await schedulesOf(event, batch)) yield rows;
    batch = [];
  }
  for (const { rows } of await schedulesOf(event, batch)) yield rows;
}

/** Who takes part now, and who left but still has appointments; of those that the reader sees. */
async function takingPart(event: Scope) {
  const scope = { account: event.account, event: event._id };
  const { resource } = event.sight;
  const booked = await Appointment.distinct('resource', {
    ...scope,
    ...event.sight,
    state: { $in: LIVING_STATES },
  });
  const seen = resource ? { _id: resource } : {};
  return { ...scope, ...seen, $or: [{ status: 'active' as const }, { _id: { $in: booked } }] };
}

async function schedulesOf(event: Scope, resources: Resource[]): Promise<TeacherSchedule[]> {
  const ids = resources.map((resource) => resource._id);
  const scope = { account: event.account, event: event._id, resource: { $in: ids } };
  const [appointments, slots] = await Promise.all([
    Appointment.find({ ...scope, state: { $in: LIVING_STATES } })
      .sort({ from: 1, _id: 1 })
      .lean(),
    Slot.aggregate<{ _id: Types.ObjectId; count: number }>([
      { $match: scope },
      { $group: { _id: '$resource', count: { $sum: 1 } } },
    ]),
  ]);
  const rows = await matchNames(event, appointments);
  return resources.map(({ _id, name, room }) => ({
    name,
    room,
    slots: slots.find((made) => made._id.equals(_id))?.count ?? 0,
    rows: rows.filter((_row, index) => appointments[index]?.resource.equals(_id)),
  }));
}
