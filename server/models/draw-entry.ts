import mongoose, { Schema, type Types } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/** A meeting that a family would like, the dearest first. */
export interface DrawWish {
  /** Those who are met together. */
  students: Types.ObjectId[];
  resource: Types.ObjectId;
  /** Times in the order in which the family would like them. */
  slots: Types.ObjectId[];
  /** When each of them was as the family chose it: one that was moved since is another time. Absent in wishes that an older version stored. */
  froms?: Date[];
  /** Whether any other time of the teacher will do. */
  any: boolean;
}

/** A time as it was wished for; when it was is not known of what an older version stored. */
export interface WishedTime {
  _id: Types.ObjectId;
  from?: Date | undefined;
}

export function timesOf({ slots, froms }: Pick<DrawWish, 'slots' | 'froms'>): WishedTime[] {
  return slots.map((_id, n) => ({ _id, from: froms?.[n] }));
}

/** Whether a slot is the time that was wished for. */
export function isWished(time: WishedTime, slot: { _id: Types.ObjectId; from: Date }): boolean {
  return slot._id.equals(time._id) && (time.from === undefined || +time.from === +slot.from);
}

/** What became of a wish: without a slot nothing was free; without an appointment the booking was refused. */
export interface DrawOutcome {
  slot?: Types.ObjectId;
  appointment?: Types.ObjectId;
  /** Not the drawn time, but a further one of the wish: no interpreter was free at that. */
  instead?: boolean;
}

/** One household in an event's preference round. */
export interface DrawEntry extends Scoped {
  event: Types.ObjectId;
  draw: Types.ObjectId;
  household: Types.ObjectId;
  /** The adult who sent the wishes last. */
  user: Types.ObjectId;
  /** Stands for the family in the draw; made by chance, so that it tells nobody who they are. */
  code: string;
  /** Goes into its line of the draw (`DrawFamily`); made with the code, so that what is drawn from is the same whenever it is read. */
  salt: string;
  wishes: DrawWish[];
  changedAt: Date;
  /** Whose wishes were merged into it, by entry and when that was changed, so that none is twice. */
  merged?: string[];
  /** How many wishes had no room when others were merged into it, until wishes are sent again. */
  leftOut?: number;
  /** By wish; set when all of it is booked and told. */
  outcome?: DrawOutcome[];
  /** What the draw says of the family, whose hash is published (`lineOf`). */
  line?: string;
  /** Which turn it had, and of how many. */
  turn?: { place: number; of: number };
}

const schema = scopedSchema<DrawEntry>('drawEntry', {
  event: { type: Schema.Types.ObjectId, required: true },
  draw: { type: Schema.Types.ObjectId, required: true },
  household: { type: Schema.Types.ObjectId, required: true },
  user: { type: Schema.Types.ObjectId, required: true },
  code: { type: String, required: true },
  salt: { type: String, required: true },
  wishes: [
    new Schema<DrawWish>(
      {
        students: { type: [Schema.Types.ObjectId], required: true },
        resource: { type: Schema.Types.ObjectId, required: true },
        slots: { type: [Schema.Types.ObjectId], required: true },
        froms: { type: [Date], default: undefined },
        any: { type: Boolean, required: true },
      },
      { _id: false },
    ),
  ],
  changedAt: { type: Date, required: true },
  merged: { type: [String], default: undefined },
  leftOut: Number,
  outcome: {
    type: [
      new Schema<DrawOutcome>(
        { slot: Schema.Types.ObjectId, appointment: Schema.Types.ObjectId, instead: Boolean },
        { _id: false },
      ),
    ],
    default: undefined,
  },
  line: String,
  turn: { type: new Schema({ place: Number, of: Number }, { _id: false }) },
});
// Two first requests of one family at the same time make one entry.
schema.index({ draw: 1, household: 1 }, { unique: true });
schema.index({ event: 1 });
schema.index({ household: 1 });

export const DrawEntry = mongoose.model<DrawEntry>('drawEntry', schema);
