import type { Types } from 'mongoose';
import type { Overridable, Refusal } from '../models/refusal.js';
import type { Event } from '../models/event.js';
import type { People } from './find-people.js';

/** One of a number: a seat of a slot, or a count of a limit. Its claims are named `<prefix><n>`. */
export interface CountedNeed {
  kind: 'counted';
  prefix: string;
  /** How many there are; Infinity where no limit is set. It is counted even then, for the day on which a limit is set. */
  of: number;
  refusal: Refusal;
}

/** A time in the diary of somebody who cannot be in two places; one for each slot. */
export interface DiaryNeed {
  kind: 'diary';
  slot: Types.ObjectId;
  person: Types.ObjectId;
  from: Date;
  to: Date;
  /** The least time between this and anything else in the diary. */
  gapMs: number;
  /** Whether it may share its time: a teacher may sit with several families in the seats of one slot. */
  shared: boolean;
  /** The adult who goes alone, in a household's diary. */
  who?: Types.ObjectId;
  refusal: Refusal;
}

export type Need = CountedNeed | DiaryNeed;

interface PlannedSlot {
  _id: Types.ObjectId;
  from: Date;
  to: Date;
  capacity: number;
}

export interface Plan {
  event: Pick<Event, '_id' | 'booking'>;
  /** The `day` is stored with the slot, so that a change of time zone does not move what is counted by the day. */
  slot: PlannedSlot & { day: string };
  /** Further slots of a longer meeting, which limits count as one meeting. */
  more?: PlannedSlot[];
  resource: { _id: Types.ObjectId };
  students: Types.ObjectId[];
  household: Types.ObjectId;
  /** The adult of the household who goes alone. */
  goer?: Types.ObjectId | undefined;
  class?: { _id: Types.ObjectId; edits: { allowed?: number } };
  people: People;
  /** The person in whose diary the interpreter's meetings are. */
  interpreter?: Types.ObjectId | undefined;
  /** The appointment that it replaces: only one may. */
  replaces?: Types.ObjectId;
  /** Rules that staff have set aside: their limits are counted, but not enforced. */
  over?: readonly Overridable[] | undefined;
}

/**
 * Everything that a booking must take. The seat comes first, so that somebody without a seat gets in nobody's way. Limits are counted even
 * while none is set, so that a later limit finds what is booked already.
 */
export function planNeeds(plan: Plan): Need[] {
  const { over = [] } = plan;
  const isOver = ({ refusal }: Need) => over.some((rule) => rule === refusal);
  return needsByTheRules(plan).map((need) => (isOver(need) ? setAside(need) : need));
}

/** The need with its rule set aside: a limit is counted but not enforced, and a diary gives up its gap. */
function setAside(need: Need): Need {
  return need.kind === 'counted' ? { ...need, of: Infinity } : { ...need, gapMs: 0 };
}

function needsByTheRules(plan: Plan): Need[] {
  const { event, slot, more = [], people } = plan;
  const { perHousehold, perTeacherAndDay, gapMinutes } = event.booking;
  // A teacher's own meetings as a parent are in the same diaries; somebody on both sides of one meeting is entered once.
  const sitting = new Set(people.teacher.map((id) => id.toHexString()));
  const sits = (id: Types.ObjectId) => sitting.has(id.toHexString());
  return [
    counted('slot', [slot._id], slot.capacity, 'taken'),
    ...more.map((next) => counted('slot', [next._id], next.capacity, 'next taken')),
    ...(plan.replaces ? [counted('change', [plan.replaces], 1, 'changed meanwhile')] : []),
    ...plan.students.flatMap((student) => studentLimits(plan, student)),
    counted('limit', [event._id, plan.household], perHousehold || Infinity, 'household limit'),
    counted('limit-day', [event._id, plan.resource._id, slot.day], perTeacherAndDay || Infinity, 'day limit'),
    // The family comes first. If a teacher who sits there belongs to the family, the gap is kept, because it is still a meeting of the
    // family.
    ...diary([slot, ...more], {
      person: plan.household,
      gapMs: gapMinutes * 60_000,
      shared: sits(plan.household),
      ...(plan.goer ? { who: plan.goer } : {}),
      refusal: 'household busy',
    }),
    // Only a family walks from one meeting to the next.
    ...people.family
      .filter((id) => !id.equals(plan.household) && !sits(id))
      .flatMap((person) =>
        diary([slot, ...more], { person, gapMs: 0, shared: false, refusal: 'household busy' }),
      ),
    ...people.teacher
      .filter((id) => !id.equals(plan.household))
      .flatMap((person) =>
        diary([slot, ...more], { person, gapMs: 0, shared: true, refusal: 'teacher busy' }),
      ),
    // A teacher who interprets their own meeting is in it already.
    ...(plan.interpreter && ![...people.family, ...people.teacher].some((id) => id.equals(plan.interpreter))
      ? interpreterNeeds([slot, ...more], plan.interpreter)
      : []),
  ];
}

/**
 * A student's limits in the event, with the teacher, and in the class; a class may allow more than usual. Where each household of a student
 * may book its own, the student's total is counted but not enforced; otherwise the household's own count is not enforced.
 */
function studentLimits(
  { event, resource, household, class: held }: Plan,
  student: Types.ObjectId,
): CountedNeed[] {
  const allowed = held?.edits.allowed;
  const { perStudentAndTeacher: usual, perStudent, eachHousehold = false } = event.booking;
  const most = usual > 0 ? Math.max(usual, allowed ?? 0) : Infinity;
  const ofAll = (most: number) => (eachHousehold ? Infinity : most);
  const ofEach = eachHousehold ? (allowed ?? most) : Infinity;
  return [
    counted('limit-student', [event._id, student], perStudent || Infinity, 'student limit'),
    counted('limit', [event._id, student, resource._id], ofAll(most), 'teacher limit'),
    counted('limit-family', [event._id, student, resource._id, household], ofEach, 'teacher limit'),
    ...(held
      ? [counted('limit', [event._id, student, held._id], ofAll(allowed ?? Infinity), 'class limit')]
      : []),
  ];
}

/** The interpreter's diary. All who have seats of one slot can share an interpreter. */
export function interpreterNeeds(
  slots: Pick<PlannedSlot, '_id' | 'from' | 'to'>[],
  person: Types.ObjectId,
): DiaryNeed[] {
  return diary(slots, { person, gapMs: 0, shared: true, refusal: 'interpreter busy' });
}

function counted(kind: string, ids: (Types.ObjectId | string)[], of: number, refusal: Refusal): CountedNeed {
  return { kind: 'counted', prefix: prefixOf(kind, ids), of, refusal };
}

/** How the claims of a counted need begin. */
export function prefixOf(kind: string, ids: (Types.ObjectId | string)[]): string {
  return `${kind}:${ids.map(String).join(':')}:`;
}

/** One need for each slot, because others may have its other seats. A break between two slots belongs to the later one. */
function diary(
  slots: Pick<PlannedSlot, '_id' | 'from' | 'to'>[],
  need: Pick<DiaryNeed, 'person' | 'gapMs' | 'shared' | 'who' | 'refusal'>,
): DiaryNeed[] {
  return slots.map(({ _id, from, to }, index) => ({
    kind: 'diary',
    slot: _id,
    from: slots[index - 1]?.to ?? from,
    to,
    ...need,
  }));
}

/**
 * The diaries that a need reads and is entered in: those of every UTC day that it touches or comes too close to. So two needs that conflict
 * always share a diary, whatever the gap was when the other was entered.
 */
export function diariesFor({ person, from, to, gapMs }: DiaryNeed): string[] {
  return utcDays(new Date(from.getTime() - gapMs), new Date(to.getTime() + gapMs)).map(
    (day) => `${person.toHexString()}:${day}`,
  );
}

const DAY_MS = 24 * 3600_000;

/** The UTC days, YYYY-MM-DD, of a time: no setting of a school or an event moves them. */
export function utcDays(from: Date, to: Date): string[] {
  const days: string[] = [];
  for (let day = Math.floor(from.getTime() / DAY_MS); day * DAY_MS < to.getTime(); day++)
    days.push(new Date(day * DAY_MS).toISOString().slice(0, 10));
  return days;
}
