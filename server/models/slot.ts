import mongoose, { Schema, type Types } from 'mongoose';
import type { AuditEntry } from './audit-entry.js';
import { scopedSchema, type Scoped } from './scoped.js';

export const SLOT_KINDS = ['in person', 'video', 'either'] as const;
export type SlotKind = (typeof SLOT_KINDS)[number];

/** How one meeting takes place. */
export type MeetingKind = Exclude<SlotKind, 'either'>;

export const SLOT_STATES = ['visible', 'hidden', 'call the school', 'unavailable'] as const;
export type SlotState = (typeof SLOT_STATES)[number];

/** A bookable time of one resource. It never crosses midnight in the event’s zone, and slots of one resource never overlap. */
export interface Slot extends Scoped {
  event: Types.ObjectId;
  resource: Types.ObjectId;
  /** Further holders of slots who sit in its meetings, as in a team's or with a counselor: each one's diary is filled, and parents see all names. */
  with?: Types.ObjectId[];
  /** The people who sit in it were changed, and its appointments are not in their diaries yet. */
  unsettled?: boolean;
  from: Date;
  to: Date;
  /** The local day it is on, YYYY-MM-DD in the event's zone. */
  day: string;
  /** The break after it that the generator laid, in minutes: a longer meeting lasts through it. Absent: none. */
  breakMinutes?: number;
  capacity: number;
  kind: SlotKind;
  /** The link to its video meetings; absent or '': the resource's link is used. */
  link?: string;
  state: SlotState;
  /** A change of several slots keeps it from being booked, since then: what its state was, and which change it is. */
  locked?: { was: SlotState; at: Date; by?: Types.ObjectId; layout?: SlotLayout };
  /** Shown to parents when the state is `unavailable`. */
  message: string;
  /** Every minute it covers, in minutes since 1970; the unique index refuses overlaps by it. Set when the slot is made, and not read. */
  minutes?: number[];
}

/**
 * Slots that follow one another and get other times, as decided. The first of them keeps it, locked, until all is written, so that a change
 * whose process died can be finished.
 */
export interface SlotLayout {
  slots: Pick<Slot, '_id' | 'from' | 'to'>[];
  /** Slots beyond these are deleted; times beyond the slots become new ones. */
  times: Pick<Slot, 'from' | 'to'>[];
  set: Partial<Pick<Slot, 'kind' | 'capacity'>>;
  /** Slots in no row, which get `set` alone. One of the change’s rows has them. */
  rest?: Types.ObjectId[];
  /** How many new slots were made of the times beyond; absent: not yet. */
  made?: number;
  /** The change’s entry in the audit. What became of the rows is counted when they are written. */
  audit: Pick<AuditEntry, 'user' | 'at' | 'from' | 'detail' | 'changes'>;
}

/** The holders of the slot, its own first. */
export function holdersOf({
  resource,
  with: others = [],
}: Pick<Slot, 'resource' | 'with'>): Types.ObjectId[] {
  return [resource, ...others];
}

/** Whether the same people sit in two slots, whoever joined first. */
export function sitAlike(a: Pick<Slot, 'with'>, b: Pick<Slot, 'with'>): boolean {
  const idsOf = ({ with: others = [] }: Pick<Slot, 'with'>) => others.map(String).sort().join(' ');
  return idsOf(a) === idsOf(b);
}

/** What a new slot has from one beside it: everything but its times. */
export function beside(slot: Slot) {
  const { account, event, resource, with: others, day, breakMinutes } = slot;
  const { capacity, kind, link, state, message } = slot;
  return {
    ...{ account, event, resource, day, capacity, kind, state, message },
    ...(others ? { with: others } : {}),
    ...(link ? { link } : {}),
    ...(breakMinutes ? { breakMinutes } : {}),
  };
}

/** The minutes from `from` up to `to`, as the index of slots stores them. Code that moves a slot writes these with its times. */
export function coveredMinutes({ from, to }: Pick<Slot, 'from' | 'to'>): number[] {
  const first = Math.floor(from.getTime() / 60_000);
  const end = Math.ceil(to.getTime() / 60_000);
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

const schema = scopedSchema<Slot>('slot', {
  event: { type: Schema.Types.ObjectId, required: true },
  resource: { type: Schema.Types.ObjectId, required: true },
  with: { type: [Schema.Types.ObjectId], default: undefined },
  unsettled: Boolean,
  from: { type: Date, required: true },
  to: { type: Date, required: true },
  day: { type: String, required: true },
  breakMinutes: Number,
  capacity: { type: Number, min: 1, max: 500, default: 1 },
  kind: { type: String, enum: SLOT_KINDS, default: 'in person' },
  link: String,
  state: { type: String, enum: SLOT_STATES, default: 'visible' },
  locked: {
    type: new Schema<NonNullable<Slot['locked']>>(
      {
        was: { type: String, enum: SLOT_STATES, required: true },
        at: { type: Date, required: true },
        by: Schema.Types.ObjectId,
        layout: Schema.Types.Mixed,
      },
      { _id: false },
    ),
  },
  message: { type: String, default: '' },
  minutes: {
    type: [Number],
    default(this: Slot) {
      return coveredMinutes(this);
    },
    select: false,
  },
});
schema.index({ resource: 1, from: 1 }, { unique: true });
// If two people make slots for one resource at once, only one gets a minute, whatever each of them read before.
schema.index(
  { resource: 1, minutes: 1 },
  { unique: true, partialFilterExpression: { minutes: { $exists: true } } },
);
schema.index({ event: 1, day: 1, from: 1 });
schema.index({ with: 1 }, { partialFilterExpression: { with: { $exists: true } } });
schema.index({ 'locked.at': 1 }, { partialFilterExpression: { locked: { $exists: true } } });
schema.index({ unsettled: 1 }, { partialFilterExpression: { unsettled: true } });

export const Slot = mongoose.model<Slot>('slot', schema);
