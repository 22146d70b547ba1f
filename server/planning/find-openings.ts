import type { Types } from 'mongoose';
import { findPeople } from '../booking/find-people.js';
import { contactsOf, HOLDER } from '../booking/find-sitting.js';
import { familySince } from '../parents/find-times.js';
import type { Family } from '../parents/load-conference.js';
import { utcDays } from '../booking/plan-needs.js';
import { isSoonEnough } from '../booking/policy.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Class } from '../models/class.js';
import { Diary } from '../models/diary.js';
import type { PlanGap } from '../models/plan.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { groupBy, tally } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';
import type { Place } from './measure-plan.js';

/** A meeting that a family would like. */
export interface Wanted {
  students: Types.ObjectId[];
  resource: Types.ObjectId;
}

/** A free time for it. */
export interface Opening {
  slot: Slot;
  /** Absent: by video. */
  place?: Place;
}

export interface Offered extends Wanted {
  openings: Opening[];
  /** Why there is none. */
  gap?: PlanGap;
}

/** One of the family's meetings, or whatever else of theirs is in the diaries. */
export interface Kept {
  from: Date;
  to: Date;
  place?: Place;
}

export interface Openings {
  offers: Offered[];
  /** When else the family is at meetings; read when a plan is made, not for its form. */
  kept: () => Promise<Kept[]>;
  /** How many more meetings the event's limits leave the family, and each child. */
  left: {
    family: number;
    child: (student: string) => number;
    /** Of a child with one teacher. */
    pair: (student: Types.ObjectId, resource: Types.ObjectId) => number;
  };
}

/** For whom times are looked for, and which login's holds count as free. */
export type Looking = Pick<Family, 'event' | 'household'> & { actor: Pick<Family['actor'], 'user'> };

/** More times than any school day has. */
const MOST_SLOTS = 6000;

type Taken = Pick<
  Appointment,
  '_id' | 'slot' | 'resource' | 'students' | 'state' | 'household' | 'bookedBy' | 'expiresAt' | 'from' | 'to'
> &
  Partial<Pick<Appointment, 'more' | 'class' | 'kind' | 'event' | 'offer'>>;

/**
 * Where a family could still book what it would like, for all of it in a few queries. What only a hold can tell, such as a teacher who is a
 * parent here, it leaves to that. What this person has on hold counts as free: choosing again gives it up.
 * What a waitlist offers them stays theirs until they answer.
 */
export async function findOpenings(family: Looking, wanted: Wanted[], now: Date): Promise<Openings> {
  const { event, household, actor } = family;
  const ids = wanted.map(({ resource }) => resource);
  const students = household.children.map(({ student }) => student);
  const taking = { state: { $in: ['pending' as const, ...LIVING_STATES] } };
  const [resources, slots, seats, own, counted, classes] = await Promise.all([
    Resource.find({ _id: { $in: ids }, event: event._id }).lean(),
    Slot.find({ resource: { $in: ids }, event: event._id, state: 'visible', from: { $gt: now } })
      .sort({ resource: 1, from: 1 })
      .limit(MOST_SLOTS)
      .lean(),
    Appointment.find({ resource: { $in: ids }, ...taking }).lean<Taken[]>(),
    Appointment.find({
      household: household._id,
      state: { $in: LIVING_STATES },
      from: { $gt: familySince(now) },
    }).lean<Taken[]>(),
    Appointment.find({ event: event._id, students: { $in: students }, ...taking }).lean<Taken[]>(),
    Class.find({ event: event._id, 'synced.students': { $in: students }, status: 'active' }).lean(),
  ]);
  const counts = (one: Taken) =>
    one.state !== 'pending' ||
    ((one.expiresAt ?? now) > now && (one.offer !== undefined || !one.bookedBy.equals(actor.user)));
  const busy = await findBusy(family, { resources, slots, own }, now);
  const { booking } = event;
  const ofDay = tally(
    seats.filter(counts).map(({ resource, from }) => `${String(resource)} ${dayOf(from, event.timeZone)}`),
  );
  const inSlot = tally(seats.filter(counts).flatMap(slotsOf).map(String));
  const living = counted.filter(counts);
  const withTeacher = tally(
    living
      .filter((one) => !booking.eachHousehold || one.household.equals(household._id))
      .flatMap((one) => one.students.map((student) => `${String(student)} ${String(one.resource)}`)),
  );
  const ofStudent = tally(living.flatMap((one) => one.students.map(String)));
  const isFree = (slot: Slot) =>
    (inSlot.get(String(slot._id)) ?? 0) < slot.capacity &&
    (!booking.perTeacherAndDay ||
      (ofDay.get(`${String(slot.resource)} ${slot.day}`) ?? 0) < booking.perTeacherAndDay) &&
    !busy.isBusy(slot);

  const heldOver = (resource: Resource | undefined, ids: Types.ObjectId[]) =>
    classes.filter(
      ({ synced }) =>
        resource?.contact?.equals(synced.teachers[0] ?? '') &&
        ids.some((student) => synced.students.some((id) => id.equals(student))),
    );
  const mostOver = (held: Class[]) =>
    booking.perStudentAndTeacher > 0
      ? Math.max(booking.perStudentAndTeacher, ...held.map(({ edits }) => edits.allowed ?? 0))
      : Infinity;
  const hadWith = (student: Types.ObjectId, resource: Types.ObjectId) =>
    withTeacher.get(`${String(student)} ${String(resource)}`) ?? 0;

  const offers = wanted.map((want): Offered => {
    const resource = resources.find(({ _id }) => _id.equals(want.resource));
    const classesHeld = heldOver(resource, want.students);
    const most = mostOver(classesHeld);
    const isDone = want.students.some((student) => hadWith(student, want.resource) >= most);
    if (!resource || isDone) return { ...want, openings: [], gap: resource ? 'teacher limit' : 'not here' };
    const ahead = slots.filter((slot) => slot.resource.equals(resource._id));
    const inTime = ahead.filter((slot) => isSoonEnough(event, slot.from, now, 'household'));
    const place = placeOf(resource, classesHeld[0]);
    const openings = inTime
      .filter(isFree)
      .map((slot): Opening => ({ slot, ...(slot.kind === 'video' ? {} : { place }) }));
    if (openings.length > 0) return { ...want, openings };
    return {
      ...want,
      openings,
      gap: ahead.length === 0 ? 'not offered' : inTime.length === 0 ? 'too late' : 'full',
    };
  });
  const ownHere = own.filter((one) => one.event?.equals(event._id)).length;
  return {
    offers,
    kept: busy.kept,
    left: {
      // A limit may be lower than what was booked before it: that's none left, and takes nothing from the others.
      family: booking.perHousehold ? Math.max(0, booking.perHousehold - ownHere) : Infinity,
      child: (student) =>
        booking.perStudent ? Math.max(0, booking.perStudent - (ofStudent.get(student) ?? 0)) : Infinity,
      pair: (student, id) => {
        const resource = resources.find(({ _id }) => _id.equals(id));
        return Math.max(0, mostOver(heldOver(resource, [student])) - hadWith(student, id));
      },
    },
  };
}

/** A teacher without a known room is somewhere of their own. */
function placeOf(resource: Resource, held: Class | undefined): Place {
  return {
    school: String(held?.synced.school ?? resource.byHand?.school ?? ''),
    room: held?.edits.room || resource.room || String(resource._id),
  };
}

/** What the diaries say of the teachers, and of the family beside its own meetings. */
async function findBusy(
  { household, actor }: Looking,
  { resources, slots, own }: { resources: Resource[]; slots: Slot[]; own: Taken[] },
  now: Date,
) {
  const partners = slots.flatMap((slot) => slot.with ?? []);
  const others = partners.length > 0 ? await Resource.find({ _id: { $in: partners } }, HOLDER).lean() : [];
  const sitting = new Map(
    [...resources, ...others].map((one) => [
      String(one._id),
      [...contactsOf(one), ...(one.byHand ? [one._id] : [])].map(String),
    ]),
  );
  const family = (await findPeople(household, [])).family.map(String);
  const days = [...new Set(slots.flatMap((slot) => utcDays(slot.from, slot.to)))];
  const people = [...new Set([...family, ...[...sitting.values()].flat()])];
  const diaries = await Diary.find({
    _id: { $in: people.flatMap((person) => days.map((day) => `${person}:${day}`)) },
  }).lean();
  const entries = diaries.flatMap(({ _id, busy }) =>
    busy.map((entry) => ({ ...entry, person: _id.slice(0, _id.indexOf(':')) })),
  );
  const alive = await Appointment.find(
    {
      _id: { $in: entries.map(({ appointment }) => appointment) },
      $or: [
        { state: { $in: LIVING_STATES } },
        { state: 'pending', expiresAt: { $gt: now }, bookedBy: { $ne: actor.user } },
        { state: 'pending', expiresAt: { $gt: now }, offer: { $exists: true } },
      ],
    },
    { _id: 1 },
  ).lean();
  const ids = new Set(alive.map(({ _id }) => String(_id)));
  const byPerson = groupBy(
    entries.filter(({ appointment }) => ids.has(String(appointment))),
    ({ person }) => person,
  );
  return {
    isBusy: (slot: Slot) =>
      [slot.resource, ...(slot.with ?? [])].some((holder) =>
        (sitting.get(String(holder)) ?? []).some((person) =>
          byPerson
            .get(person)
            ?.some((entry) => entry.from < slot.to && slot.from < entry.to && !entry.slot.equals(slot._id)),
        ),
      ),
    kept: async (): Promise<Kept[]> => {
      const mine = new Set(own.map(({ _id }) => String(_id)));
      const else_ = family.flatMap((person) => byPerson.get(person) ?? []);
      const [held, where] = await Promise.all([
        Class.find({ _id: { $in: own.flatMap((one) => one.class ?? []) } }).lean(),
        Resource.find({ _id: { $in: own.map(({ resource }) => resource) } }).lean(),
      ]);
      return [
        ...own.map((one): Kept => {
          const resource = where.find(({ _id }) => _id.equals(one.resource));
          const place =
            one.kind === 'video' || !resource
              ? undefined
              : placeOf(
                  resource,
                  held.find(({ _id }) => one.class?.equals(_id)),
                );
          return { from: one.from, to: one.to, ...(place ? { place } : {}) };
        }),
        ...else_
          .filter(({ appointment }) => !mine.has(String(appointment)))
          .map(({ from, to }): Kept => ({ from, to })),
      ];
    },
  };
}
