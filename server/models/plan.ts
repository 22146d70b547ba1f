import mongoose, { Schema, type Types } from 'mongoose';
import { answerSchema, type Answer } from './appointment-field.js';
import { REFUSALS, type Refusal } from './refusal.js';
import { scopedSchema, type Scoped } from './scoped.js';
import type { MeetingKind } from './slot.js';

/**
 * `making`: times are being taken on hold. `held`: the family looks at it. `booking`: it is decided, and its meetings become booked one after
 * another. `booked`: all are. `ended`: it holds nothing any more.
 */
const PLAN_STATES = ['making', 'held', 'booking', 'booked', 'ended'] as const;
export type PlanState = (typeof PLAN_STATES)[number];

/**
 * Why a wanted meeting has no time in the plan, where it is none of the refusals: nothing free, nothing free when the family can come, free
 * only while it is at another meeting, or left out by the family.
 */
const PLAN_GAPS = ['full', 'not then', 'no room', 'left out'] as const;
export type PlanGap = (typeof PLAN_GAPS)[number] | Refusal;

const PLAN_QUALITIES = ['best', 'found', 'changed'] as const;

/** A meeting that the family wants. */
export interface PlanWish {
  students: Types.ObjectId[];
  resource: Types.ObjectId;
  /** The slot that it has in the plan, also when that is not on hold any more. */
  slot?: Types.ObjectId;
  /** Why it has none. */
  gap?: PlanGap;
}

/** When a family can come on one day, local HH:mm. */
export interface PlanDay {
  day: string;
  from: string;
  to: string;
}

/** The span of a day on which they can come at any time. */
export const WHOLE_DAY = { from: '00:00', to: '23:59' } as const;

/** What one meeting is booked with. */
export interface PlanAgreed {
  appointment: Types.ObjectId;
  class?: Types.ObjectId;
  kind: MeetingKind;
  note: string;
}

/**
 * A family's plan of a visit: meetings on hold together, which are booked together or not at all. It is their commit point: until
 * then whoever ends one of its holds takes it out of the plan first, and the plan is decided by one update that names all who are in it.
 */
export interface Plan extends Scoped {
  event: Types.ObjectId;
  household: Types.ObjectId;
  user: Types.ObjectId;
  /** Idempotency key of the request that made it. */
  byKey: string;
  state: PlanState;
  /** Present until it is booked or has ended: a login has one such plan in an event. */
  open?: true;
  /** Raised whenever `appointments` change. */
  version: number;
  /** Its holds, later its meetings. */
  appointments: Types.ObjectId[];
  wishes: PlanWish[];
  days: PlanDay[];
  /** The same for a waitlist, and the event's days when they said so. Hours left as they were offered, and days not offered, are whole days. */
  wait?: { days: PlanDay[]; asked: string[] };
  /** Times of every day at which the family cannot come. */
  breaks: { from: string; to: string }[];
  /** The least minutes between two meetings that the family wants. */
  gap: number;
  /** Whether it is the best of all plans, the best that was found, or what the family made of it. */
  quality: (typeof PLAN_QUALITIES)[number];
  /** When the first of its holds ends. */
  expiresAt?: Date;
  /** What the family has typed and not sent, by the names of the fields. */
  typed?: Record<string, string>;
  /** From the decision until all are booked. */
  agreed?: PlanAgreed[];
  answers?: Answer[];
  decidedAt?: Date;
  createdAt: Date;
}

const daySchema = new Schema<PlanDay>({ day: String, from: String, to: String }, { _id: false });
const schema = scopedSchema<Plan>('plan', {
  event: { type: Schema.Types.ObjectId, required: true },
  household: { type: Schema.Types.ObjectId, required: true },
  user: { type: Schema.Types.ObjectId, required: true },
  byKey: { type: String, required: true },
  state: { type: String, enum: PLAN_STATES, required: true },
  open: Boolean,
  version: { type: Number, default: 0 },
  appointments: [Schema.Types.ObjectId],
  wishes: [
    new Schema<PlanWish>(
      {
        students: { type: [Schema.Types.ObjectId], required: true },
        resource: { type: Schema.Types.ObjectId, required: true },
        slot: Schema.Types.ObjectId,
        gap: { type: String, enum: [...PLAN_GAPS, ...REFUSALS] },
      },
      { _id: false },
    ),
  ],
  days: [daySchema],
  wait: { type: new Schema({ days: [daySchema], asked: [String] }, { _id: false }) },
  breaks: [new Schema({ from: String, to: String }, { _id: false })],
  gap: { type: Number, default: 0 },
  quality: { type: String, enum: PLAN_QUALITIES, default: 'found' },
  expiresAt: Date,
  typed: Schema.Types.Mixed,
  agreed: {
    type: [
      new Schema<PlanAgreed>(
        {
          appointment: { type: Schema.Types.ObjectId, required: true },
          class: Schema.Types.ObjectId,
          kind: { type: String, enum: ['in person', 'video'], required: true },
          note: { type: String, default: '' },
        },
        { _id: false },
      ),
    ],
    default: undefined,
  },
  answers: { type: [answerSchema], default: undefined },
  decidedAt: Date,
  createdAt: { type: Date, required: true },
});
schema.index({ byKey: 1 }, { unique: true });
schema.index({ event: 1, user: 1 }, { unique: true, partialFilterExpression: { open: true } });
schema.index({ state: 1 }, { partialFilterExpression: { state: 'booking' } });
// Finds what is to go with its event.
schema.index({ event: 1, createdAt: 1 });

export const Plan = mongoose.model<Plan>('plan', schema);
