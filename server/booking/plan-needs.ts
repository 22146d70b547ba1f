import type { Types } from 'mongoose';
import type { Event } from '../models/event.js';
import { dayOf } from '../web/local-time.js';
import type { Refusal } from './refuse-booking.js';

/** One of so many: a seat of a slot, or a count of a limit. Claims are called `<prefix><n>`. */
export interface CountedNeed {
  kind: 'counted';
  prefix: string;
  /** How many there are. */
  of: number;
  refusal: Refusal;
}

/** A stretch in the diary of somebody who cannot be in two places. */
export interface DiaryNeed {
  kind: 'diary';
  person: Types.ObjectId;
  days: string[];
  from: Date;
  to: Date;
  /** A teacher may sit with several families in the seats of one slot. */
  shared: boolean;
  refusal: Refusal;
}

export type Need = CountedNeed | DiaryNeed;

export interface Plan {
  event: Pick<Event, '_id' | 'booking'>;
  slot: { _id: Types.ObjectId; from: Date; to: Date; capacity: number };
  resource: { _id: Types.ObjectId; contact?: Types.ObjectId };
  students: Types.ObjectId[];
  household: Types.ObjectId;
  class?: { _id: Types.ObjectId; edits: { allowed?: number } };
  /** The account's IANA zone: diaries are kept by its days. */
  zone: string;
}

/** Everything a booking must take, the seat first: whoever gets no seat has not stood in anybody's way. A limit of 0 is none. */
export function planNeeds(plan: Plan): Need[] {
  const { event, slot, resource } = plan;
  const gap = event.booking.gapMinutes * 60_000;
  return [
    counted('slot', [slot._id], slot.capacity, 'taken'),
    ...plan.students.flatMap((student) => studentLimits(plan, student)),
    ...(event.booking.perHousehold > 0
      ? [counted('limit', [event._id, plan.household], event.booking.perHousehold, 'household limit')]
      : []),
    // The gap is added once, after: two meetings that keep it touch.
    diary(plan, plan.household, new Date(slot.to.getTime() + gap), false, 'household busy'),
    ...(resource.contact ? [diary(plan, resource.contact, slot.to, true, 'teacher busy')] : []),
  ];
}

/** With the teacher, and in the class where the school set a number for it; such a number may also be above the usual one. */
function studentLimits({ event, resource, class: held }: Plan, student: Types.ObjectId): CountedNeed[] {
  const allowed = held?.edits.allowed;
  const usual = event.booking.perStudentAndTeacher;
  const needs: CountedNeed[] = [];
  if (usual > 0) {
    const most = Math.max(usual, allowed ?? 0);
    needs.push(counted('limit', [event._id, student, resource._id], most, 'teacher limit'));
  }
  if (held && allowed !== undefined)
    needs.push(counted('limit', [event._id, student, held._id], allowed, 'class limit'));
  return needs;
}

function counted(kind: string, ids: Types.ObjectId[], of: number, refusal: Refusal): CountedNeed {
  const prefix = `${kind}:${ids.map((id) => id.toHexString()).join(':')}:`;
  return { kind: 'counted', prefix, of, refusal };
}

function diary(plan: Plan, person: Types.ObjectId, to: Date, shared: boolean, refusal: Refusal): DiaryNeed {
  const { from } = plan.slot;
  return { kind: 'diary', person, days: daysBetween(from, to, plan.zone), from, to, shared, refusal };
}

/** The local days that a stretch lies on; a slot crosses midnight in no zone, its gap may. */
export function daysBetween(from: Date, to: Date, zone: string): string[] {
  return [...new Set([dayOf(from, zone), dayOf(new Date(to.getTime() - 1), zone)])];
}
