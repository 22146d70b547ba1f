import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class, classType } from '../models/class.js';
import { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { holdsWords } from '../models/search-key.js';
import { Slot } from '../models/slot.js';
import { atLeast } from '../models/user.js';
import type { Actor } from '../web/actor.js';
import { pagerOf, sliceOf, addressOf, type Pager } from '../web/paging.js';
import { sightsIn, type Sight } from '../web/sight.js';
import type { EventQuery } from './schema.js';

const PAGE = 50;

export interface EventList {
  events: { event: Event; slots: number; booked: number }[];
  counts: Record<EventQuery['status'], number>;
  pager: Pager;
}

/** The events that somebody may see, by name. An account has only tens of them, so the search looks anywhere in a name. */
export async function listEvents(actor: Actor, { q, status, page }: EventQuery): Promise<EventList> {
  const visible = { account: actor.account, ...onlyGranted(actor), ...holdsWords('sortKey', q) };
  const [active, archived] = await Promise.all([
    Event.countDocuments({ ...visible, status: 'active' }),
    Event.countDocuments({ ...visible, status: 'archived' }),
  ]);
  const counts = { active, archived };
  const { skip } = sliceOf(counts[status], page, PAGE);
  const events = await Event.find({ ...visible, status })
    .sort({ sortKey: 1 })
    .skip(skip)
    .limit(PAGE)
    .lean();
  const ids = events.map((event) => event._id);
  const seen = await seenIn(actor, ids);
  const [slots, booked] = await Promise.all([
    countByEvent(Slot, seen),
    countByEvent(Appointment, { ...seen, state: { $in: LIVING_STATES } }),
  ]);
  return {
    events: events.map((event) => ({
      event,
      slots: slots.get(event._id.toHexString()) ?? 0,
      booked: booked.get(event._id.toHexString()) ?? 0,
    })),
    counts,
    pager: pagerOf(counts[status], page, PAGE, ['event', 'events'], (to) =>
      addressOf('/events', { q, status, page: to }),
    ),
  };
}

/** Somebody with a level in the whole account sees all events; others see those that were granted to them. */
function onlyGranted(actor: Actor): { _id?: { $in: string[] } } {
  if (atLeast(actor.level, 'appointment viewer')) return {};
  const granted = [...actor.eventLevels].filter(([, level]) => atLeast(level, 'appointment viewer'));
  return { _id: { $in: granted.map(([event]) => event) } };
}

/** The slots and appointments of some events that the actor sees. */
async function seenIn(actor: Actor, events: Types.ObjectId[]): Promise<Record<string, unknown>> {
  const sights = [...(await sightsIn(actor, events)).entries()];
  const partly = sights.flatMap(([, { resource }]) => resource?.$in ?? []);
  const whole = events.filter((event) => !sights.some(([id, { resource }]) => resource && event.equals(id)));
  return whole.length === events.length
    ? { event: { $in: events } }
    : { $or: [{ event: { $in: whole } }, { event: { $in: events }, resource: { $in: partly } }] };
}

async function countByEvent(
  model: Pick<typeof Slot, 'aggregate'> | Pick<typeof Appointment, 'aggregate'>,
  match: Record<string, unknown>,
): Promise<Map<string, number>> {
  const rows = await model.aggregate<{ _id: Types.ObjectId; count: number }>([
    { $match: match },
    { $group: { _id: '$event', count: { $sum: 1 } } },
  ]);
  return new Map(rows.map((row) => [row._id.toHexString(), row.count]));
}

/** The contents of an event, for its overview and before booking opens: all of them, or what the reader sees. */
export interface EventCounts {
  classes: number;
  hiddenClasses: number;
  importedClasses: number;
  teachers: number;
  teachersWithoutSlots: number;
  slots: number;
  booked: number;
  problems: number;
}

export async function eventCounts(event: Pick<Event, '_id' | 'account'>, sight: Sight): Promise<EventCounts> {
  const scope = { account: event.account, event: event._id };
  const [classes, teachers, withSlots, slots, booked, problems] = await Promise.all([
    Class.find(
      { ...scope, status: 'active', ...(await classesIn(scope, sight)) },
      { section: 1, 'synced.type': 1, 'edits.type': 1 },
    ).lean<Pick<Class, 'section' | 'synced' | 'edits'>[]>(),
    // Something made by hand and hidden needs no slots.
    Resource.find(
      { ...scope, status: 'active', 'byHand.hidden': { $ne: true }, ...ownAlone(sight) },
      { _id: 1 },
    ).lean(),
    Slot.distinct('resource', { ...scope, ...sight }),
    Slot.countDocuments({ ...scope, ...sight }),
    Appointment.countDocuments({ ...scope, ...sight, state: { $in: LIVING_STATES } }),
    Appointment.countDocuments({ ...scope, ...sight, state: 'problem' }),
  ]);
  const having = new Set(withSlots.map(String));
  const hidden = classes.filter((item) => classType(item) === 'Hide').length;
  return {
    classes: classes.length - hidden,
    hiddenClasses: hidden,
    importedClasses: classes.filter((item) => item.section).length,
    teachers: teachers.length,
    teachersWithoutSlots: teachers.filter((teacher) => !having.has(teacher._id.toHexString())).length,
    slots,
    booked,
    problems,
  };
}

function ownAlone({ resource }: Sight): { _id?: Sight['resource'] } {
  return resource ? { _id: resource } : {};
}

/** The classes of those teachers whose slots the reader sees. */
async function classesIn(
  scope: { account: Types.ObjectId; event: Types.ObjectId },
  sight: Sight,
): Promise<Record<string, unknown>> {
  if (!sight.resource) return {};
  const own = await Resource.find({ ...scope, ...ownAlone(sight) }, { contact: 1 }).lean();
  return { 'synced.teachers': { $in: own.flatMap(({ contact }) => contact ?? []) } };
}

/** How many slots an event has on each of its days; days without slots are left out. */
export async function slotsByDay(event: Pick<Event, '_id' | 'account'>): Promise<Map<string, number>> {
  const rows = await Slot.aggregate<{ _id: string; count: number }>([
    { $match: { account: event.account, event: event._id } },
    { $group: { _id: '$day', count: { $sum: 1 } } },
  ]);
  return new Map(rows.map((row) => [row._id, row.count]));
}
