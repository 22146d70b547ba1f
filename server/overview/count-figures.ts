import type { PlacedEvent } from '../web/place.js';
import { countOnClosed, readBookings, type Bookings, type OnClosed } from './read-bookings.js';
import { readFamilies, type Families } from './read-families.js';
import { isFound, readHolders, type Holders } from './read-holders.js';

const HOUR_MS = 3600_000;

/** What a teacher’s families have booked, and what is left for the others. */
export interface TeacherFigures {
  id: string;
  name: string;
  booked: number;
  /** Places that can still be booked, including those in colleagues’ slots in which they sit. */
  free: number;
  /** Students of theirs without an appointment with them. */
  waiting: number;
  /** How many of these students find no place. */
  missing: number;
  /** Families on the waitlist for them. */
  inLine: number;
}

export interface Figures {
  slots: number;
  booked: number;
  problems: number;
  /** Places that can still be booked. */
  free: number;
  teachers: TeacherFigures[];
  days: Bookings['days'];
  families: number;
  /** Families on the waitlists. */
  inLine: number;
  /** Families without an appointment for any of their students. */
  unbooked: number;
}

/** The figures of an event whose booking is or was open, as of now. */
export async function countFigures(event: PlacedEvent, now: Date): Promise<Figures> {
  const bookable = new Date(now.getTime() + event.booking.stopHoursBefore * HOUR_MS);
  const [held, bookings] = await Promise.all([readHolders(event, bookable), readBookings(event, bookable)]);
  const students = [...bookings.by.values()].flatMap((one) => [...one.students]);
  const [families, onClosed] = await Promise.all([
    readFamilies(event, () => Promise.resolve(students)),
    countOnClosed(event, held.closed),
  ]);
  return sumFigures(held, bookings, families, onClosed);
}

function sumFigures(
  { holders, slots }: Pick<Holders, 'holders' | 'slots'>,
  { by, days, inLine }: Bookings,
  { taught, families }: Families,
  onClosed: OnClosed,
): Figures {
  let allFree = 0;
  const teachers = holders.map((holder): TeacherFigures => {
    const { id, name, contact, ahead, sits } = holder;
    const own = by.get(id);
    const found = isFound(holder, taught);
    const freeOf = (room: number, booked = 0, closed = 0) =>
      found ? Math.max(0, room - (booked - closed)) : 0;
    const ownFree = freeOf(ahead, own?.ahead, onClosed.own.get(id));
    // A slot of several teachers is counted once, for its own holder.
    allFree += ownFree;
    const free = ownFree + freeOf(sits.ahead, own?.sat.ahead, onClosed.sat.get(id));
    const students = [...(taught.get(contact) ?? [])];
    const waiting = students.filter((student) => !own?.students.has(student)).length;
    const booked = (own?.booked ?? 0) + (own?.sat.booked ?? 0);
    return {
      id,
      name,
      booked,
      free,
      waiting,
      missing: Math.max(0, waiting - free),
      inLine: inLine.get(id) ?? 0,
    };
  });
  const all = [...by.values()];
  const met = new Set(all.flatMap(({ students }) => [...students]));
  return {
    slots,
    booked: all.reduce((sum, one) => sum + one.booked, 0),
    problems: all.reduce((sum, one) => sum + one.problems, 0),
    free: allFree,
    teachers,
    days,
    inLine: [...inLine.values()].reduce((sum, count) => sum + count, 0),
    families: families.length,
    unbooked: families.filter((children) => !children.some((child) => met.has(child))).length,
  };
}
