import mongoose, { Schema, type Types } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/** Somebody or something with slots in an event: usually a teacher (`contact`), else a room or an activity with a name. */
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
  searchKey: { type: String, default: '' },
  sortKey: { type: String, default: '' },
});
schema.index(
  { event: 1, contact: 1 },
  { unique: true, partialFilterExpression: { contact: { $exists: true } } },
);
schema.index({ event: 1, status: 1, sortKey: 1 });
schema.index({ contact: 1 }, { partialFilterExpression: { contact: { $exists: true } } });

export const Resource = mongoose.model<Resource>('resource', schema);
