import mongoose, { Schema, type Types } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/** What somebody makes by hand in an event for families to book without a class. */
export const HAND_KINDS = ['Counselor', 'Nurse', 'Activity', 'Group', 'Room', 'Other'] as const;
export type HandKind = (typeof HAND_KINDS)[number];

/** What is bookable without a class; no sync touches it. */
export interface ByHand {
  kind: HandKind;
  /** It is hidden from parents. */
  hidden: boolean;
  /** The school under which lists show it. */
  school?: Types.ObjectId;
  /** Whose students may book: those of any of these schools and any of these grades; an empty list means all. */
  schools: Types.ObjectId[];
  grades: string[];
  /** The teacher or staff member who is there: it fills their diary, and they see its schedule as their own. */
  staff?: Types.ObjectId;
}

/** A holder of slots in an event: usually a teacher (`contact`), else a counselor, a room or an activity by its name. */
export interface Resource extends Scoped {
  event: Types.ObjectId;
  contact?: Types.ObjectId;
  name: string;
  room: string;
  /** The link to its video meetings; absent or '': none yet. */
  link?: string;
  /** `gone`: the teacher no longer has a class in the event; slots that are booked stay. */
  status: 'active' | 'gone';
  /** Whether the sync added it, and may remove it; one that a person added stays whatever the roster says. */
  fromSync: boolean;
  /** The sync run that made it. */
  addedBy?: Types.ObjectId;
  /** When somebody decided that it stays although the teacher has no class; until there is one again. */
  kept?: Date;
  /** Present if somebody made it by hand; then it has no contact. */
  byHand?: ByHand;
  searchKey: string;
  sortKey: string;
}

const schema = scopedSchema<Resource>('resource', {
  event: { type: Schema.Types.ObjectId, required: true },
  contact: Schema.Types.ObjectId,
  name: { type: String, required: true },
  room: { type: String, default: '' },
  link: String,
  status: { type: String, enum: ['active', 'gone'], required: true },
  fromSync: { type: Boolean, default: false },
  addedBy: Schema.Types.ObjectId,
  kept: Date,
  byHand: {
    type: new Schema<ByHand>(
      {
        kind: { type: String, enum: HAND_KINDS, required: true },
        hidden: { type: Boolean, default: false },
        school: Schema.Types.ObjectId,
        schools: [Schema.Types.ObjectId],
        grades: [String],
        staff: Schema.Types.ObjectId,
      },
      { _id: false },
    ),
  },
  searchKey: { type: String, default: '' },
  sortKey: { type: String, default: '' },
});
schema.index(
  { event: 1, contact: 1 },
  { unique: true, partialFilterExpression: { contact: { $exists: true } } },
);
schema.index({ event: 1, status: 1, sortKey: 1 });
schema.index({ contact: 1 }, { partialFilterExpression: { contact: { $exists: true } } });
schema.index({ 'byHand.staff': 1 }, { partialFilterExpression: { 'byHand.staff': { $exists: true } } });
schema.index(
  { event: 1, 'byHand.kind': 1 },
  { partialFilterExpression: { 'byHand.kind': { $exists: true } } },
);

export const Resource = mongoose.model<Resource>('resource', schema);
