import type { Types } from 'mongoose';
import type { Overridable, Refusal } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import type { People } from './find-people.js';

/** One of so many: a seat of a slot, or a count of a limit. Claims are called `<prefix><n>`. */
export interface CountedNeed {
  kind: 'counted';
  prefix: string;
  /** How many there are; Infinity where no limit is set: it is counted all the same, for the day on which one is. */
  of: number;
  refusal: Refusal;
}

/** A stretch in the diary of somebody who cannot be in two places: of each slot one. */
export interface DiaryNeed {
  kind: 'diary';
  slot: Types.ObjectId;
  person: Types.ObjectId;
  from: Date;
  to: Date;
  /** What must lie between this and whatever else is in the diary. */
  gapMs: number;
  /** A teacher may sit with several families in the seats of one slot. */
  shared: boolean;
  /** In a household's diary: the adult who goes, alone. */
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
  /** Its `day` is stored with it, so that no change of a time zone moves what is counted by it. */
  slot: PlannedSlot & { day: string };
  /** The further slots of a longer meeting. What limits count is one meeting all the same. */
  more?: PlannedSlot[];
  resource: { _id: Types.ObjectId };
  students: Types.ObjectId[];
  household: Types.ObjectId;
  /** The adult of the household who goes, alone. */
  goer?: Types.ObjectId | undefined;
  class?: { _id: Types.ObjectId; edits: { allowed?: number } };
  people: People;
  /** Whose diary an interpreter's meetings are in, where one is there. */
  interpreter?: Types.ObjectId | undefined;
  /** The appointment whose place it takes: only one may. */
  replaces?: Types.ObjectId;
  /** Rules that staff have set aside: limits are counted, and compared no more. */
  over?: readonly Overridable[] | undefined;
}

/**
 * Everything a booking must take, the seat first: whoever gets no seat has not stood in anybody's way. What limits count is taken
 * also while no limit is set, so that one that is set later finds what is booked already.
 */
export function planNeeds(plan: Plan): Need[] {
  const { over = [] } = plan;
  const isOver = ({ refusal }: Need) => over.some((rule) => rule === refusal);
  return needsByTheRules(plan).map((need) => (isOver(need) ? setAside(need) : need));
}

/** Counted all the same; of a diary the gap alone: nobody is at two places at once. */
function setAside(need: Need): Need {
  return need.kind === 'counted' ? { ...need, of: Infinity } : { ...need, gapMs: 0 };
}

function needsByTheRules(plan: Plan): Need[] {
  const { event, slot, more = [], people } = plan;
  const { perHousehold, perTeacherAndDay, gapMinutes } = event.booking;
  // The teacher's own meetings as a parent are in the same diaries; who is both sides of one meeting is there once.
  const sitting = new Set(people.teacher.map((id) => id.toHexString()));
  const sits = (id: Types.ObjectId) => sitting.has(id.toHexString());
  return [
    counted('slot', [slot._id], slot.capacity, 'taken'),
    ...more.map((next) => counted('slot', [next._id], next.capacity, 'next taken')),
    ...(plan.replaces ? [counted('change', [plan.replaces], 1, 'changed meanwhile')] : []),
    ...plan.students.flatMap((student) => studentLimits(plan, student)),
    counted('limit', [event._id, plan.household], perHousehold || Infinity, 'household limit'),
    counted('limit-day', [event._id, plan.resource._id, slot.day], perTeacherAndDay || Infinity, 'day limit'),
    // The family's own first. Where a teacher who sits there is of the family, it is still a meeting of the family: the gap is kept.
    ...diary([slot, ...more], {
      person: plan.household,
      gapMs: gapMinutes * 60_000,
      shared: sits(plan.household),
      ...(plan.goer ? { who: plan.goer } : {}),
      refusal: 'household busy',
    }),
    // Only a family's own meetings need a way between them.
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
 * In the event, with the teacher, and in the class; a number set for the class may also be above the usual one. Where each household of a
 * student may book its own, what others have is counted and compared with nothing; else what a household has alone is.
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

/** The diary of who interprets. All who have seats of one slot can have the same. */
export function interpreterNeeds(
  slots: Pick<PlannedSlot, '_id' | 'from' | 'to'>[],
  person: Types.ObjectId,
): DiaryNeed[] {
  return diary(slots, { person, gapMs: 0, shared: true, refusal: 'interpreter busy' });
}

function counted(kind: string, ids: (Types.ObjectId | string)[], of: number, refusal: Refusal): CountedNeed {
  return { kind: 'counted', prefix: prefixOf(kind, ids), of, refusal };
}

/** What the claims of a counted need begin with. */
export function prefixOf(kind: string, ids: (Types.ObjectId | string)[]): string {
  return `${kind}:${ids.map(String).join(':')}:`;
}

/**
 * One for each slot, so that a longer meeting shares each with whoever has another of its seats. It lasts through a break between two
 * slots, which belongs to the later one.
 */
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
 * The diaries that a need looks at and is entered in: of every UTC day that the stretch touches, or comes too close to. So two that
 * are in each other's way always have one in common, whatever the gap was when the other was entered.
 */
export function diariesFor({ person, from, to, gapMs }: DiaryNeed): string[] {
  return utcDays(new Date(from.getTime() - gapMs), new Date(to.getTime() + gapMs)).map(
    (day) => `${person.toHexString()}:${day}`,
  );
}

const DAY_MS = 24 * 3600_000;

/** The UTC days, YYYY-MM-DD, that a stretch lies on: no setting of a school or an event moves them. */
export function utcDays(from: Date, to: Date): string[] {
  const days: string[] = [];
  for (let day = Math.floor(from.getTime() / DAY_MS); day * DAY_MS < to.getTime(); day++)
    days.push(new Date(day * DAY_MS).toISOString().slice(0, 10));
  return days;
}
