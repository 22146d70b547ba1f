import type { Types } from 'mongoose';
import { isMeantFor, type MaybeMet } from '../booking/find-by-hand.js';
import { mostInARow } from '../claims/find-following.js';
import { withNames } from '../meetings/name-meetings.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Class, isMeetable } from '../models/class.js';
import { Contact } from '../models/contact.js';
import { Resource, type ByHand } from '../models/resource.js';
import { timeSpan } from '../web/format-time.js';
import { groupBy } from '../web/lists.js';
import type { SeenEvent } from './find-meeting.js';
import { listFree, runAt, type FreeTime } from './list-free.js';

/**
 * Why no time fits: there is nobody to meet, nobody of the same kind without a class, several teachers match, no time is left, the family
 * is busy at all of them, or the appointment is gone.
 */
export type Unfit =
  'no teacher' | 'none of its kind' | 'several teachers' | 'no free time' | 'family busy' | 'gone';

export interface PlannedMove {
  appointment: Appointment;
  /** Absent: it stays, for this reason. */
  to?: FreeTime & { teacher: string };
  why?: Unfit;
}

/**
 * Where each of some appointments could go. It stays with its teacher if the child is still in a class of theirs; otherwise it goes to the
 * only teacher whom the child has instead and has no appointment with. With somebody who is met without a class it is the same, among those
 * of the same kind: a counselor's place is taken by a counselor. It gets the nearest free time, and each appointment a time of its
 * own. Hidden times are not used.
 */
export async function planMoves(
  event: SeenEvent,
  ids: Types.ObjectId[],
  user: Types.ObjectId,
  now: Date,
): Promise<PlannedMove[]> {
  const { account, _id, sight } = event;
  const scope = { account, event: _id, ...sight };
  const found = await Appointment.find({ ...scope, _id: { $in: ids }, state: { $in: LIVING_STATES } })
    .sort({ from: 1 })
    .lean();
  const about = found.flatMap((one) => one.students);
  const [held, resources, booked, families, children] = await Promise.all([
    Class.find({ event: _id, 'synced.students': { $in: about }, status: 'active' }).lean(),
    Resource.find(
      {
        ...{ account, event: _id, ...(sight.resource ? { _id: sight.resource } : {}) },
        // Also one that is gone: what it was tells who may take its place.
        $or: [{ status: 'active' }, { _id: { $in: found.map((one) => one.resource) } }],
      },
      { name: 1, contact: 1, status: 1, byHand: 1 },
    ).lean(),
    Appointment.find(
      { account, event: _id, students: { $in: about }, state: { $in: LIVING_STATES } },
      { students: 1, resource: 1 },
    ).lean(),
    Appointment.find(
      {
        household: { $in: found.map((one) => one.household) },
        state: { $in: LIVING_STATES },
        from: { $gt: now },
      },
      { household: 1, from: 1, to: 1 },
    ).lean(),
    Contact.find({ _id: { $in: about }, account }, { schools: 1, grade: 1 }).lean(),
  ]);
  const olds = await Class.find(
    { _id: { $in: found.flatMap((one) => one.class ?? []) } },
    { 'synced.students': 0 },
  ).lean();
  const classes = held.filter(isMeetable);
  const taught = studentsByTeacher(classes);
  const inClasses = new Set(held.flatMap(({ synced }) => synced.students.map(String)));
  const childOf = new Map(children.map((child) => [String(child._id), child]));
  const active = resources.filter(({ status }) => status === 'active');
  const choices = found.map((appointment): Choice => {
    const kind = resources.find((one) => one._id.equals(appointment.resource))?.byHand?.kind;
    const all = active.filter(({ contact, byHand }) => {
      if (kind !== undefined)
        return byHand?.kind === kind && areMeant(byHand, appointment, inClasses, childOf);
      const students = contact && taught.get(String(contact));
      return students && appointment.students.every((student) => students.has(String(student)));
    });
    const nobody = kind === undefined ? 'no teacher' : 'none of its kind';
    const same = all.find((one) => one._id.equals(appointment.resource));
    if (same) return { appointment, teachers: [same], nobody };
    const isMet = (resource: Types.ObjectId) =>
      booked.some(
        (one) =>
          one.resource.equals(resource) &&
          one.students.some((id) => appointment.students.some((own) => own.equals(id))),
      );
    const others = all.filter((one) => !isMet(one._id));
    return { appointment, teachers: likeBefore(appointment, others, classes, olds), nobody };
  });
  const free = await listFree(
    event,
    // If several teachers match, none is chosen.
    choices.flatMap(({ teachers }) => (teachers.length === 1 ? teachers.map((one) => one._id) : [])),
    { user },
    now,
  );
  return give(event, choices, free, families);
}

/** Whether an appointment's children may come to what was made by hand: it is for them, and they are in a class of the event. */
function areMeant(
  byHand: ByHand,
  { students }: Appointment,
  inClasses: Set<string>,
  childOf: Map<string, MaybeMet>,
): boolean {
  return students.every((id) => {
    const child = childOf.get(String(id));
    return child !== undefined && inClasses.has(String(id)) && isMeantFor(byHand, child);
  });
}

/** The students in the classes that each teacher leads, by id. Read once, because a district has many of both. */
function studentsByTeacher(classes: Class[]): Map<string, Set<string>> {
  return new Map(
    [...groupBy(classes, ({ synced }) => String(synced.teachers[0] ?? ''))].map(([teacher, held]) => [
      teacher,
      new Set(held.flatMap(({ synced }) => synced.students.map(String))),
    ]),
  );
}

interface Choice {
  appointment: Appointment;
  teachers: Pick<Resource, '_id' | 'name' | 'contact'>[];
  /** What is said where there are none. */
  nobody: Unfit;
}

/** Of several teachers, those who teach the subject of the old class. */
function likeBefore(
  { class: old }: Appointment,
  teachers: Choice['teachers'],
  classes: Class[],
  olds: Class[],
): Choice['teachers'] {
  const before = olds.find((one) => old?.equals(one._id))?.synced;
  if (teachers.length < 2 || !before) return teachers;
  const isLike = ({ synced }: Class) =>
    (before.course !== '' && synced.course === before.course) ||
    (before.subject !== '' && synced.subject === before.subject);
  const alike = teachers.filter(({ contact }) =>
    classes.some((one) => isLike(one) && contact !== undefined && one.synced.teachers[0]?.equals(contact)),
  );
  return alike.length > 0 ? alike : teachers;
}

/** A time that an appointment can have, with those right after it that it lasts for. */
interface Open {
  time: FreeTime;
  run: FreeTime[];
}

interface Busy {
  from: Date;
  to: Date;
}

/** Gives each appointment the nearest time that fits, earlier ones first; a time is given only once. */
function give(
  event: SeenEvent,
  choices: Choice[],
  free: Map<string, FreeTime[]>,
  meetings: (Busy & Pick<Appointment, '_id' | 'household'>)[],
): PlannedMove[] {
  const given = new Set<string>();
  const busyOf = groupBy<Busy & { household: Types.ObjectId; id?: string }, string>(
    meetings.map((one) => ({ ...one, id: String(one._id) })),
    ({ household }) => String(household),
  );
  const gap = event.booking.gapMinutes * 60_000;
  return choices.map(({ appointment, teachers, nobody }): PlannedMove => {
    const [teacher, ...more] = teachers;
    if (!teacher) return { appointment, why: nobody };
    if (more.length > 0) return { appointment, why: 'several teachers' };
    const busy = busyOf.get(String(appointment.household)) ?? [];
    const times = (free.get(String(teacher._id)) ?? []).filter(
      ({ slot }) => slot.state === 'visible' && !given.has(String(slot._id)),
    );
    // A longer one goes where it keeps its length, as far as the event still allows that.
    const length = Math.min(slotsOf(appointment).length, mostInARow(event));
    const open = times.flatMap((time, index) => {
      const run = runAt(times, index, length);
      return run.length === length && !time.slot._id.equals(appointment.slot) ? [{ time, run }] : [];
    });
    const endOf = ({ time, run }: Open) => (run.at(-1) ?? time).slot.to;
    const fitting = open.filter((choice) =>
      busy.every(
        (one) =>
          one.id === String(appointment._id) ||
          one.from.getTime() >= endOf(choice).getTime() + gap ||
          one.to.getTime() + gap <= choice.time.slot.from.getTime(),
      ),
    );
    const distance = ({ time }: Open) => Math.abs(time.slot.from.getTime() - appointment.from.getTime());
    const [first] = fitting;
    if (!first) return { appointment, why: open.length > 0 ? 'family busy' : 'no free time' };
    const nearest = fitting.reduce((best, one) => (distance(one) < distance(best) ? one : best), first);
    const to = endOf(nearest);
    for (const { slot } of nearest.run) given.add(String(slot._id));
    busyOf.set(String(appointment.household), [
      ...busy.filter((one) => one.id !== String(appointment._id)),
      { from: nearest.time.slot.from, to, household: appointment.household },
    ]);
    const time = timeSpan(nearest.time.slot.from, to, event);
    return { appointment, to: { ...nearest.time, time, teacher: teacher.name } };
  });
}

/** Names for a list of appointments, by id. */
export async function namesOf(event: SeenEvent, appointments: Appointment[]) {
  const named = appointments.length > 0 ? await withNames(appointments, event) : [];
  return new Map(named.map((one) => [one.id, one]));
}
