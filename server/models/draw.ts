import mongoose, { Schema, type Types } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

const DRAW_STATES = ['collecting', 'booking', 'done', 'canceled'] as const;
export type DrawState = (typeof DRAW_STATES)[number];

/** An event's preference round: families wish before booking opens, and a draw that the school can do again decides. */
export interface Draw extends Scoped {
  event: Types.ObjectId;
  /** Families wish between the two; at the later one it is drawn. */
  from: Date;
  until: Date;
  /** How many wishes a family may have. */
  most: number;
  /** 64 hexadecimal digits, sealed: nobody sees it before the wishes are closed, a copy of the database neither. */
  seed: string;
  /** The SHA-256 of the seed's digits, published from the beginning. */
  hash: string;
  /**
   * `booking`: wishes are closed, the result is certain, and its meetings are being booked. `canceled`: who has wished is told, and it is
   * deleted then.
   */
  state: DrawState;
  /** The whole of it for the school, packed (`DrawList`): set by the one write that closes the wishes, and so decides the result. */
  list?: string;
  /** What families see of it, packed (`DrawShare`). */
  share?: string;
  /** What its numbers stand for, packed (`DrawKeys`): shown to nobody, and deleted when all is booked. */
  keys?: string;
  createdAt: Date;
}

const schema = scopedSchema<Draw>('draw', {
  event: { type: Schema.Types.ObjectId, required: true },
  from: { type: Date, required: true },
  until: { type: Date, required: true },
  most: { type: Number, required: true },
  seed: { type: String, required: true },
  hash: { type: String, required: true },
  state: { type: String, enum: DRAW_STATES, required: true },
  list: String,
  share: String,
  keys: String,
  createdAt: { type: Date, required: true },
});
schema.index({ event: 1 }, { unique: true });
schema.index({ state: 1, until: 1 });

export const Draw = mongoose.model<Draw>('draw', schema);
