import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { SLOT_COUNT, slotsOf as slotsIn } from '../models/appointment-slots.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { addressOf, pagerOf, sliceOf, type Pager } from '../web/paging.js';
import { choicesOf, filterTeachers } from './filter-teachers.js';
import { loadTeachers, schoolsOf, type Choice, type Teacher } from './load-teachers.js';
import type { SlotFilter } from './remove-slots.js';
import type { SlotsQuery } from './schema.js';
import { slotsPath } from './show-frame.js';
import { tellApart } from './tell-apart.js';

const PAGE = 50;

type EventScope = Pick<Event, '_id' | 'account'>;

export interface TeacherRow {
  id: string;
  name: string;
  /** What tells a teacher from others with the same name; '' if nobody has it. */
  apart: string;
  room: string;
  gone: boolean;
  slots: number;
  booked: number;
  first?: Date;
  last?: Date;
}

export interface TeacherList {
  rows: TeacherRow[];
  /** Teachers by each value of the filter, and the slots of all of them. */
  counts: Record<SlotsQuery['show'], number>;
  slots: number;
  pager: Pager;
  /** Whether there are any teachers at all, whatever the filter. */
  any: boolean;
  /** Everything that the filter finds, on all pages. */
  matching: Types.ObjectId[];
  /** Days on which somebody has slots. */
  having: Set<string>;
  schools: Choice[];
  grades: Choice[];
  types: Choice[];
}

/** The event's teachers with a summary of their slots. Somebody who left the event is listed as long as slots of theirs remain. */
export async function listTeachers(event: EventScope, query: SlotsQuery): Promise<TeacherList> {
  const { show, page } = query;
  const [teachers, sums] = await Promise.all([loadTeachers(event), slotSums(event)]);
  const isListed = ({ _id, status }: Teacher) => status === 'active' || sums.has(_id.toHexString());
  const all = teachers.filter(isListed);
  const by = byShow(filterTeachers(all, query), sums);
  const { skip } = sliceOf(by[show].length, page, PAGE);
  const shown = by[show].slice(skip, skip + PAGE);
  const [booked, schools] = await Promise.all([
    bookedByResource(
      event,
      shown.map((resource) => resource._id),
    ),
    schoolsOf(event, all),
  ]);
  const apart = tellApart(all, schools);
  const rows = shown.map(({ _id, name, room, status }) => {
    const id = _id.toHexString();
    const { slots = 0, first, last } = sums.get(id) ?? {};
    const times = first && last ? { first, last } : {};
    const told = { name, room, apart: apart.get(id) ?? '', gone: status === 'gone' };
    return { id, ...told, slots, booked: booked.get(id) ?? 0, ...times };
  });
  const pager = pagerOf(by[show].length, page, PAGE, ['teacher', 'teachers'], (to) =>
    addressOf(slotsPath(event), { ...query, page: to }),
  );
  return {
    rows,
    counts: { all: by.all.length, with: by.with.length, without: by.without.length },
    slots: [...sums.values()].reduce((sum, row) => sum + row.slots, 0),
    pager,
    any: all.length > 0,
    matching: by[show].map(({ _id }) => _id),
    having: new Set([...sums.values()].flatMap((sum) => sum.days)),
    schools,
    ...choicesOf(all),
  };
}

function byShow(listed: Teacher[], sums: Map<string, SlotSum>): Record<SlotsQuery['show'], Teacher[]> {
  const has = ({ _id }: Teacher) => sums.has(_id.toHexString());
  return { all: listed, with: listed.filter(has), without: listed.filter((one) => !has(one)) };
}

interface SlotSum {
  slots: number;
  days: string[];
  first: Date;
  last: Date;
}

async function slotSums(event: EventScope): Promise<Map<string, SlotSum>> {
  const rows = await Slot.aggregate<SlotSum & { _id: Types.ObjectId }>([
    { $match: { account: event.account, event: event._id } },
    {
      $group: {
        _id: '$resource',
        slots: { $sum: 1 },
        days: { $addToSet: '$day' },
        first: { $min: '$from' },
        last: { $max: '$to' },
      },
    },
  ]);
  return new Map(rows.map((row) => [row._id.toHexString(), row]));
}

async function bookedByResource(
  event: EventScope,
  resources: Types.ObjectId[],
): Promise<Map<string, number>> {
  const rows = await Appointment.aggregate<{ _id: Types.ObjectId; count: number }>([
    { $match: { resource: { $in: resources }, state: { $in: LIVING_STATES }, event: event._id } },
    { $group: { _id: '$resource', count: { $sum: SLOT_COUNT } } },
  ]);
  return new Map(rows.map((row) => [row._id.toHexString(), row.count]));
}

/** One teacher of the event; null for a teacher of another event. */
export function findResource(event: EventScope, id: Types.ObjectId): Promise<Resource | null> {
  return Resource.findOne({ _id: id, account: event.account, event: event._id }).lean();
}

/** A teacher's slots by time, with the number of appointments and holds of each. */
export async function slotsOf(
  event: EventScope,
  resource: Types.ObjectId,
): Promise<{ slot: Slot; booked: number; held: number }[]> {
  const [slots, appointments] = await Promise.all([
    Slot.find({ account: event.account, event: event._id, resource }).sort({ from: 1 }).lean(),
    Appointment.find(
      { resource, state: { $in: ['pending', ...LIVING_STATES] }, event: event._id },
      { slot: 1, more: 1, state: 1 },
    ).lean(),
  ]);
  const taken = appointments.flatMap((one) =>
    slotsIn(one).map((id) => ({ id, held: one.state === 'pending' })),
  );
  const count = (slot: Slot, held: boolean) =>
    taken.filter((one) => one.id.equals(slot._id) && one.held === held).length;
  return slots.map((slot) => ({ slot, booked: count(slot, false), held: count(slot, true) }));
}

export interface SelectionCounts {
  slots: number;
  teachers: number;
  /** The names of the first few teachers. */
  names: string[];
}

export type SelectedSlot = Pick<Slot, '_id' | 'resource' | 'state' | 'message' | 'from'>;

/** The slots of a selection as they are now. */
export function readSelection(event: EventScope, filter: SlotFilter): Promise<SelectedSlot[]> {
  return Slot.find(
    { account: event.account, event: event._id, ...filter },
    { resource: 1, state: 1, message: 1, from: 1 },
  ).lean();
}

/** A summary of selected slots, shown before they are changed. */
export async function countSelection(slots: SelectedSlot[]): Promise<SelectionCounts> {
  const teachers = [...new Set(slots.map((slot) => slot.resource.toHexString()))];
  const named = await Resource.find({ _id: { $in: teachers } }, { name: 1 })
    .sort({ sortKey: 1 })
    .limit(5)
    .lean();
  return {
    slots: slots.length,
    teachers: teachers.length,
    names: named.map(({ name }) => name),
  };
}
