import { Types } from 'mongoose';
import { keepsNothing, takerOf } from '../claims/check-holder.js';
import { judgeTimes, type CheckedTime } from '../booking/check-times.js';
import { findAround, type Around, type TimesWish, type Wanted } from '../booking/find-around.js';
import { goingOf, peopleOf } from '../claims/find-people.js';
import { prefixOf } from '../claims/plan-needs.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import { Class } from '../models/class.js';
import type { PlanGap } from '../models/plan.js';
import { Resource } from '../models/resource.js';
import type { Slot } from '../models/slot.js';
import { familySince } from '../parents/find-times.js';
import type { Family } from '../parents/load-conference.js';
import { sumReasons } from '../parents/sum-reasons.js';
import type { Place } from './measure-plan.js';

/** A free time for a meeting that a family wants. */
export interface Opening {
  slot: Slot;
  /** Absent: by video. */
  place?: Place;
}

export interface Offered extends Wanted {
  openings: Opening[];
  /** Why it has no free time. */
  gap?: PlanGap;
}

/** One of the family's meetings, or anything else in its diaries. */
export interface Kept {
  from: Date;
  to: Date;
  place?: Place;
}

export interface Openings {
  offers: Offered[];
  /** The times at which the family is at meetings. Read when a plan is made, not for the form. */
  kept: () => Promise<Kept[]>;
  /** How many more meetings the event's limits allow for the family, for each child, and for a child with one teacher. */
  left: {
    family: number;
    child: (student: string) => number;
    pair: (student: Types.ObjectId, resource: Types.ObjectId) => number;
  };
}

/** The family that times are sought for, and the login whose holds count as free. */
export type Looking = Pick<Family, 'event' | 'household'> & { actor: Pick<Family['actor'], 'user'> };

/** Refusals that the plan weighs itself, because its own meetings compete for time and limits. */
const WEIGHED: (Refusal | undefined)[] = [
  ...[undefined, 'household busy' as const, 'household limit' as const, 'student limit' as const],
  'too many holds',
];

/**
 * Finds where a family could book what it wants, by the rules that judge a booking, as if booking were open. This login's holds count as
 * free, because choosing again gives them up. Times that a waitlist offers them stay theirs until they answer.
 */
export async function findOpenings(family: Looking, wanted: Wanted[], now: Date): Promise<Openings> {
  const { event, household, actor } = family;
  const wish: TimesWish = { event, household, user: actor.user, wanted, asIfOpen: true };
  const around = await findAround(wish, now);
  const isOfferedTo = offersTo(actor.user, around, now);
  const offers = judgeTimes(wish, around, now).map(({ students, resource: id, times }): Offered => {
    const want = { students, resource: id };
    const resource = around.resources.get(String(id));
    if (!resource) return { ...want, openings: [], gap: 'not here' };
    const held = heldOver(around, id, students);
    const place = placeOf(resource, held);
    const openings = times
      .filter(({ slot, reason }) => WEIGHED.includes(reason) && !isOfferedTo(slot))
      .map(({ slot }): Opening => ({ slot, ...(slot.kind === 'video' ? {} : { place }) }));
    return openings.length > 0 ? { ...want, openings } : { ...want, openings, gap: gapOf(times) };
  });
  const me = takerOf(wish, { students: [], resource: new Types.ObjectId(), slot: new Types.ObjectId() }, now);
  const isLiving = (id: Types.ObjectId) => !keepsNothing(around.holders.get(String(id)), now, me);
  // A limit may be lower than what was booked before it. Then none is left, which takes nothing from other limits.
  const leftOf = (prefix: string, most: number) =>
    most > 0 ? Math.max(0, most - countLiving(around, prefix, isLiving)) : Infinity;
  return {
    offers,
    kept: () => findKept(family, around, isLiving, now),
    left: {
      family: leftOf(prefixOf('limit', [event._id, household._id]), event.booking.perHousehold),
      child: (student) => leftOf(prefixOf('limit-student', [event._id, student]), event.booking.perStudent),
      pair: (student, resource) => {
        const { perStudentAndTeacher: usual, eachHousehold } = event.booking;
        const held = heldOver(around, resource, [student]);
        const most = usual > 0 ? Math.max(usual, held?.edits.allowed ?? 0) : 0;
        return eachHousehold
          ? leftOf(
              prefixOf('limit-family', [event._id, student, resource, household._id]),
              held?.edits.allowed ?? most,
            )
          : Math.min(
              leftOf(prefixOf('limit', [event._id, student, resource]), most),
              held
                ? leftOf(prefixOf('limit', [event._id, student, held._id]), held.edits.allowed ?? 0)
                : Infinity,
            );
      },
    },
  };
}

/** The class in which a teacher has one of some students. */
function heldOver(
  { classes, resources }: Around,
  resource: Types.ObjectId,
  students: Types.ObjectId[],
): Class | undefined {
  const contact = resources.get(String(resource))?.contact;
  return classes.find(
    ({ synced }) =>
      contact?.equals(synced.teachers[0] ?? '') &&
      students.some((student) => synced.students.some((one) => one.equals(student))),
  );
}

/** The times that a waitlist offers to this login: as holds of a plan they would end with the plan. */
function offersTo(user: Types.ObjectId, { holders }: Around, now: Date): (slot: Slot) => boolean {
  const offered = [...holders.values()].filter(
    ({ state, offer, bookedBy, expiresAt }) =>
      state === 'pending' && offer && bookedBy.equals(user) && (expiresAt ?? now) > now,
  );
  const slots = new Set(offered.map(({ slot }) => String(slot)));
  return ({ _id }) => slots.has(String(_id));
}

/** Why none of the times can be had. */
function gapOf(times: CheckedTime[]): PlanGap {
  const refused = times.map(({ slot, reason }) => ({ slot, refusal: reason ?? ('taken' as const) }));
  const { code } = sumReasons(refused);
  if (code === 'over' || code === 'call') return 'not offered';
  return code === 'busy' ? 'no room' : code;
}

function countLiving({ taken }: Around, prefix: string, isLiving: (id: Types.ObjectId) => boolean): number {
  const claims = taken.get(prefix) ?? [];
  return claims.filter(({ appointment, next }) => isLiving(appointment) || (next && isLiving(next))).length;
}

/** A teacher without a known room counts as being in a room of their own. */
function placeOf(resource: Resource, held: Class | undefined): Place {
  return {
    school: String(held?.synced.school ?? resource.byHand?.school ?? ''),
    room: held?.edits.room || resource.room || String(resource._id),
  };
}

/** The family's meetings with their places, and everything else in its diaries. */
async function findKept(
  { household }: Looking,
  { logins, diaries }: Around,
  isLiving: (id: Types.ObjectId) => boolean,
  now: Date,
): Promise<Kept[]> {
  const own = await Appointment.find({
    household: household._id,
    state: { $in: LIVING_STATES },
    from: { $gt: familySince(now) },
  }).lean();
  const [held, where] = await Promise.all([
    Class.find({ _id: { $in: own.flatMap((one) => one.class ?? []) } }).lean(),
    Resource.find({ _id: { $in: own.map(({ resource }) => resource) } }).lean(),
  ]);
  const mine = new Set(own.map(({ _id }) => String(_id)));
  const people = new Set(peopleOf(logins, goingOf(household, undefined), []).family.map(String));
  const others = [...diaries.values()]
    .filter(({ _id }) => people.has(_id.slice(0, _id.indexOf(':'))))
    .flatMap(({ busy }) => busy)
    .filter(({ appointment }) => !mine.has(String(appointment)) && isLiving(appointment));
  return [
    ...own.map(({ from, to, kind, ...one }): Kept => {
      const resource = where.find(({ _id }) => _id.equals(one.resource));
      if (kind === 'video' || !resource) return { from, to };
      const place = placeOf(
        resource,
        held.find(({ _id }) => one.class?.equals(_id)),
      );
      return { from, to, place };
    }),
    ...others.map(({ from, to }): Kept => ({ from, to })),
  ];
}
