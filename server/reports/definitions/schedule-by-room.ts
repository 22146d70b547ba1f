import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import { BATCH } from '../../models/find-together.js';
import { searchKey } from '../../models/search-key.js';
import { groupBy } from '../../web/lists.js';
import { findTeachers, type Teacher } from '../find-teachers.js';
import { listTimes, type TimeRow } from '../list-times.js';
import type { Definition, Group, ReportEvent } from '../make-report.js';
import { readInParts } from '../read-in-parts.js';
import type { ReportQuery } from '../schema.js';
import {
  asHeading,
  CAME,
  FAMILY,
  NOTE,
  ROOM_IN_FILE,
  STATE,
  STUDENT_AND_KIND,
  TEACHER,
  WHEN_BY_DAY,
} from './columns.js';
import { SCHEDULE, timesAsked } from './times-shown.js';

/** A room, the teachers who sit in it, and the classes that meet in it whoever teaches them. */
interface Room {
  /** The room's name for searching: "Rm 12" and "rm 12" are the same. */
  key: string;
  name: string;
  teachers: Teacher[];
  classes: Types.ObjectId[];
}

export const scheduleByRoom: Definition<TimeRow> = {
  name: 'rooms',
  title: 'Schedule by room',
  about: 'Who meets in each room and when, with free times. Prints a sheet per room and day, for the door.',
  columns: [
    ...ROOM_IN_FILE,
    ...WHEN_BY_DAY,
    TEACHER,
    ...STUDENT_AND_KIND,
    FAMILY,
    ...STATE,
    ...NOTE,
    asHeading(CAME),
  ],
  ...SCHEDULE,
  search: 'Search rooms',
  noun: ['room', 'rooms'],
  empty: {
    title: 'No rooms yet',
    text: 'Enter the rooms of teachers under Slots, or of classes in the Class Editor.',
  },
  ...readInParts({ find: findRooms, groupsOf, batch: 100 }),
};

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en-US', { numeric: true });

/** The event's rooms, room 2 before room 12; times without a room come last. */
async function findRooms(
  event: ReportEvent,
  { q }: ReportQuery,
): Promise<{ items: Room[]; teachers: Teacher[] }> {
  const [teachers, classes] = await Promise.all([
    findTeachers(event),
    Class.find({ account: event.account, event: event._id }, { 'edits.room': 1 }, { batchSize: BATCH }).lean<
      Pick<Class, '_id' | 'edits'>[]
    >(),
  ]);
  const rooms = new Map<string, Room>();
  const roomOf = (name: string): Room => {
    const key = searchKey(name);
    const room = rooms.get(key) ?? { key, name, teachers: [], classes: [] };
    rooms.set(key, room);
    return room;
  };
  for (const teacher of teachers) roomOf(teacher.room).teachers.push(teacher);
  for (const { _id, edits } of await meetingClasses(event, classes))
    roomOf(edits.room ?? '').classes.push(_id);
  const wanted = searchKey(q);
  return {
    teachers,
    items: [...rooms.values()]
      .filter(({ key }) => key.includes(wanted))
      .sort((a, b) => (a.key && b.key ? byNumber(a.key, b.key) : a.key ? -1 : 1)),
  };
}

/** Classes that have a room of their own and for which the reader sees an appointment. */
async function meetingClasses(
  { _id: event, account, sight }: ReportEvent,
  classes: Pick<Class, '_id' | 'edits'>[],
): Promise<Pick<Class, '_id' | 'edits'>[]> {
  const housed = classes.filter(({ edits }) => edits.room);
  if (housed.length === 0) return [];
  const met = await Appointment.distinct('class', {
    account,
    event,
    ...sight,
    class: { $in: housed.map(({ _id }) => _id) },
    state: { $in: LIVING_STATES },
  });
  const ids = new Set(met.map(String));
  return housed.filter(({ _id }) => ids.has(_id.toHexString()));
}

async function groupsOf(
  event: ReportEvent,
  rooms: Room[],
  query: ReportQuery,
  { teachers: known }: { teachers: Teacher[] },
): Promise<Group<TimeRow>[]> {
  const rows = await listTimes(
    event,
    rooms.flatMap(({ teachers }) => teachers),
    timesAsked(query),
    { filter: { class: { $in: rooms.flatMap(({ classes }) => classes) }, ...event.sight }, known },
  );
  const rowsOf = groupBy(rows, ({ room }) => searchKey(room));
  return rooms.map(({ key, name }) => ({ title: titleOf(name), facts: [], rows: rowsOf.get(key) ?? [] }));
}

/** "Room 12", "Gym". */
function titleOf(name: string): string {
  if (name === '') return 'No room';
  return /^\d/.test(name) ? `Room ${name}` : name;
}
