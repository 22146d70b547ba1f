import mongoose, { Schema, type Types } from 'mongoose';
import type { PlanDay } from './plan.js';
import { scopedSchema, type Scoped } from './scoped.js';

/**
 * `waiting`: in line. `offering`: a time is being put on hold for it. `offered`: it is, and the family is told. The rest are ends: `booked`
 * they have a meeting, `left` they went, `lapsed` offers went unanswered, `removed` by the school, `gone` there is nothing to wait for any more.
 */
const WAITLIST_STATES = [
  'waiting',
  'offering',
  'offered',
  'booked',
  'left',
  'lapsed',
  'removed',
  'gone',
] as const;
export type WaitlistState = (typeof WAITLIST_STATES)[number];

/** A time that is kept for a family until it answers: the hold is an appointment, which alone decides whether the time is theirs. */
export interface Offer {
  appointment: Types.ObjectId;
  slot: Types.ObjectId;
  from: Date;
  to: Date;
  at: Date;
  until: Date;
  /** Who at the school offered it by hand. Absent: it was their turn. */
  by?: Types.ObjectId;
  /** The family does not want it: noted before the hold is ended. */
  passed?: boolean;
}

/** A family in the line for one teacher. Its place is by `joinedAt`, then by its id. */
export interface WaitlistEntry extends Scoped {
  event: Types.ObjectId;
  resource: Types.ObjectId;
  household: Types.ObjectId;
  /** The adult who joined. */
  user: Types.ObjectId;
  students: Types.ObjectId[];
  /** The adult who is to go, alone; it counts where the event lets adults be at two meetings at once. Absent: all of them. */
  goer?: Types.ObjectId;
  /** Teacher and children, as `wishOf` writes them: a household waits once for each. */
  wish: string;
  state: WaitlistState;
  /** Present until it has ended. */
  open?: true;
  joinedAt: Date;
  /** When they can come, of the event's days. None: at any time. */
  days: PlanDay[];
  /** The event's days when they said so. On a day that came later, such as one that a day was moved to, any time counts. */
  asked?: string[];
  /** Times of every day at which they cannot come. */
  breaks: { from: string; to: string }[];
  /** Times that they let go, as `timeOf` writes them: they are not offered to them again. */
  passed: string[];
  /** Offers that went unanswered. */
  lapses: number;
  /** How many times they were offered. */
  offers: number;
  offer?: Offer;
  endedAt?: Date;
  /** Who at the school took it off the list. */
  endedBy?: Types.ObjectId;
}

/** One to which a time is offered, or about to be. */
export type Offering = WaitlistEntry & { offer: Offer };

/** @param students in any order */
export function wishOf(resource: Types.ObjectId, students: readonly Types.ObjectId[]): string {
  return [resource, ...students.map(String).sort()].join(':');
}

/** The order of a line: below 0 where the first is in front. */
export function comparePlaces(one: Joined, other: Joined): number {
  const byTime = one.joinedAt.getTime() - other.joinedAt.getTime();
  if (byTime !== 0 || one._id.equals(other._id)) return byTime;
  return String(one._id) < String(other._id) ? -1 : 1;
}

type Joined = Pick<WaitlistEntry, '_id' | 'joinedAt'>;

/** What the job that offers times is asked for by: one teacher's line. */
export function lineKey({ event, resource }: Pick<WaitlistEntry, 'event' | 'resource'>): string {
  return `${event.toHexString()}:${resource.toHexString()}`;
}

/** A slot at the time that it has: one that was moved is another time. */
export function timeOf({ _id, from }: { _id: Types.ObjectId; from: Date }): string {
  return `${_id.toHexString()}@${from.getTime()}`;
}

/** The slot of an offer at the time that was offered. */
export function slotOf({ slot, from }: Pick<Offer, 'slot' | 'from'>): { _id: Types.ObjectId; from: Date } {
  return { _id: slot, from };
}

const clock = { from: String, to: String };

const schema = scopedSchema<WaitlistEntry>('waitlistEntry', {
  event: { type: Schema.Types.ObjectId, required: true },
  resource: { type: Schema.Types.ObjectId, required: true },
  household: { type: Schema.Types.ObjectId, required: true },
  user: { type: Schema.Types.ObjectId, required: true },
  students: { type: [Schema.Types.ObjectId], required: true },
  goer: Schema.Types.ObjectId,
  wish: { type: String, required: true },
  state: { type: String, enum: WAITLIST_STATES, required: true },
  open: Boolean,
  joinedAt: { type: Date, required: true },
  days: [new Schema<PlanDay>({ day: String, ...clock }, { _id: false })],
  asked: { type: [String], default: undefined },
  breaks: [new Schema(clock, { _id: false })],
  passed: { type: [String], default: [] },
  lapses: { type: Number, default: 0 },
  offers: { type: Number, default: 0 },
  offer: {
    type: new Schema<Offer>(
      {
        appointment: { type: Schema.Types.ObjectId, required: true },
        slot: { type: Schema.Types.ObjectId, required: true },
        from: { type: Date, required: true },
        to: { type: Date, required: true },
        at: { type: Date, required: true },
        until: { type: Date, required: true },
        by: Schema.Types.ObjectId,
        passed: Boolean,
      },
      { _id: false },
    ),
  },
  endedAt: Date,
  endedBy: Schema.Types.ObjectId,
});
// A household waits once for each teacher and child, however often and from how many pages it joins.
schema.index({ event: 1, household: 1, wish: 1 }, { unique: true, partialFilterExpression: { open: true } });
// The line of a teacher, in its order.
schema.index({ resource: 1, open: 1, joinedAt: 1, _id: 1 });
// The events in which somebody waits.
schema.index({ open: 1, event: 1 }, { partialFilterExpression: { open: true } });
schema.index({ event: 1, household: 1, joinedAt: 1 });
// Finds what merged contacts wait for, and what goes with its event.
schema.index({ event: 1, students: 1 });

export const WaitlistEntry = mongoose.model<WaitlistEntry>('waitlistEntry', schema);
