import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots, slotsOf } from '../models/appointment-slots.js';
import { Class } from '../models/class.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { searchKey } from '../models/search-key.js';
import type { Slot } from '../models/slot.js';
import { byId, groupBy } from '../web/lists.js';

type EventScope = Pick<Event, '_id' | 'account'>;

/** The event's rooms, of teachers and of classes that somebody meets about; room 2 before room 12, and each way to write one is one. */
export async function listRooms(event: EventScope): Promise<string[]> {
  const { resources, classes } = await readRooms(event);
  const met = await Appointment.distinct('class', {
    ...{ account: event.account, event: event._id, state: { $in: LIVING_STATES } },
    class: { $in: classes.map(({ _id }) => _id) },
  });
  const isMet = new Set(met.map(String));
  const rooms = [
    ...resources.map(({ room }) => room),
    ...classes.flatMap(({ _id, edits }) => (isMet.has(String(_id)) ? (edits.room ?? []) : [])),
  ];
  return [...groupBy(rooms, (room) => searchKey(room))]
    .flatMap(([key, [name]]) => (key && name ? [name] : []))
    .sort((a, b) => a.localeCompare(b, 'en-US', { numeric: true }));
}

/**
 * Which of some slots are in a room: a meeting is in its class's room, or else in the teacher's, where free slots are too.
 * @returns those in it, and those of the same teachers whose meetings are all elsewhere
 */
export async function findInRoom(
  event: EventScope,
  slots: Slot[],
  room: string,
): Promise<{ here: Slot[]; elsewhere: Slot[] }> {
  const wanted = searchKey(room);
  const [{ resources, classes }, meetings] = await Promise.all([
    readRooms(event),
    Appointment.find(
      { ...inSlots(slots.map(({ _id }) => _id)), state: { $in: LIVING_STATES } },
      { slot: 1, more: 1, resource: 1, class: 1 },
    ).lean(),
  ]);
  const [resourceOf, classOf] = [byId(resources), byId(classes)];
  const isTeachers = ({ resource }: Pick<Slot, 'resource'>) =>
    searchKey(resourceOf.get(String(resource))?.room) === wanted;
  const isHere = (one: Pick<Appointment, 'resource' | 'class'>) => {
    const own = one.class && classOf.get(String(one.class))?.edits.room;
    return own ? searchKey(own) === wanted : isTeachers(one);
  };
  const bySlot = new Map<string, boolean>();
  // Who share a slot meet the teacher together: the slot goes with each of them.
  for (const one of meetings)
    for (const id of slotsOf(one).map(String)) bySlot.set(id, (bySlot.get(id) ?? false) || isHere(one));
  const here = slots.filter((slot) => bySlot.get(String(slot._id)) ?? isTeachers(slot));
  const teachers = new Set(here.map(({ resource }) => String(resource)));
  const elsewhere = slots.filter(
    (slot) =>
      bySlot.get(String(slot._id)) === false && (teachers.has(String(slot.resource)) || isTeachers(slot)),
  );
  return { here, elsewhere };
}

async function readRooms({ _id: event, account }: EventScope) {
  const [resources, classes] = await Promise.all([
    Resource.find({ account, event }, { room: 1 }).sort({ sortKey: 1 }).lean(),
    Class.find({ account, event }, { 'edits.room': 1 }).lean<Pick<Class, '_id' | 'edits'>[]>(),
  ]);
  // Where few classes have a room, a query for them looks at all as well.
  return { resources, classes: classes.filter(({ edits }) => edits.room) };
}
