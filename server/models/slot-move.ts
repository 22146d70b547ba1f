import mongoose, { Schema, type Types } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';
import { SLOT_STATES, type SlotState } from './slot.js';

/**
 * `running`: its slots are being moved, or taken out of booking · `waiting`: all is done, and families are told at `tellAt`; until then it
 * can be undone · `undoing` · `telling`: families are told, or their appointments canceled · `done` · `undone`.
 */
const MOVE_STATES = ['running', 'waiting', 'undoing', 'telling', 'done', 'undone'] as const;
export type MoveState = (typeof MOVE_STATES)[number];

/** States in which a worker has work to do. */
export const WORKING_STATES: MoveState[] = ['running', 'undoing', 'telling'];

/** States in which no family has heard of it. */
export const UNTOLD_STATES: MoveState[] = ['running', 'waiting', 'undoing', 'telling'];

/** Slots that go to another time together, or are canceled together: work that outlives its worker. */
export interface SlotMove extends Scoped {
  event: Types.ObjectId;
  kind: 'move' | 'cancel';
  state: MoveState;
  by: Types.ObjectId;
  /** The local day of the slots, YYYY-MM-DD, and for a move the target day. */
  day: string;
  toDay?: string;
  /** What the office says to families. */
  notice: string;
  total: number;
  createdAt: Date;
  tellAt?: Date;
  /** How long a worker has it; after that any worker may take it over. */
  leaseUntil?: Date;
  fence: number;
}

const schema = scopedSchema<SlotMove>('slotMove', {
  event: { type: Schema.Types.ObjectId, required: true },
  kind: { type: String, enum: ['move', 'cancel'], required: true },
  state: { type: String, enum: MOVE_STATES, required: true },
  by: { type: Schema.Types.ObjectId, required: true },
  day: { type: String, required: true },
  toDay: String,
  notice: { type: String, default: '' },
  total: { type: Number, required: true },
  createdAt: { type: Date, required: true },
  tellAt: Date,
  leaseUntil: Date,
  fence: { type: Number, default: 0 },
});
schema.index({ event: 1, createdAt: -1 });
schema.index({ state: 1, tellAt: 1 });

export const SlotMove = mongoose.model<SlotMove>('slotMove', schema);

/**
 * Why a slot stays where it is. `overlap`: another slot of the teacher is there · `elsewhere`: one in another event · `longer`: another slot
 * of a longer meeting cannot go.
 */
const STAY_CODES = [
  'overlap',
  'elsewhere',
  'teacher busy',
  'household busy',
  'day limit',
  'midnight',
  'no such time',
  'changed',
  'gone',
  'longer',
  'other room',
] as const;
export type StayCode = (typeof STAY_CODES)[number];

/** One slot of a move. */
export interface SlotMoveItem extends Scoped {
  event: Types.ObjectId;
  move: Types.ObjectId;
  slot: Types.ObjectId;
  resource: Types.ObjectId;
  /** The order in which slots move, so that none has to pass another. */
  order: number;
  state: 'todo' | 'done' | 'stays' | 'undone' | 'told';
  from: Date;
  to: Date;
  day: string;
  /** Its new time; unchanged if it is canceled. */
  newFrom: Date;
  newTo: Date;
  newDay: string;
  /** The slot's state before it was locked. */
  slotState?: SlotState;
  slotMessage?: string;
  why?: StayCode;
}

const itemSchema = scopedSchema<SlotMoveItem>('slotMoveItem', {
  event: { type: Schema.Types.ObjectId, required: true },
  move: { type: Schema.Types.ObjectId, required: true },
  slot: { type: Schema.Types.ObjectId, required: true },
  resource: { type: Schema.Types.ObjectId, required: true },
  order: { type: Number, required: true },
  state: { type: String, enum: ['todo', 'done', 'stays', 'undone', 'told'], required: true },
  from: { type: Date, required: true },
  to: { type: Date, required: true },
  day: { type: String, required: true },
  newFrom: { type: Date, required: true },
  newTo: { type: Date, required: true },
  newDay: { type: String, required: true },
  slotState: { type: String, enum: SLOT_STATES },
  slotMessage: String,
  why: { type: String, enum: STAY_CODES },
});
itemSchema.index({ move: 1, slot: 1 }, { unique: true });
itemSchema.index({ move: 1, state: 1, order: 1 });
itemSchema.index({ event: 1 });

export const SlotMoveItem = mongoose.model<SlotMoveItem>('slotMoveItem', itemSchema);
