import mongoose, { Schema } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/** Mirror of one of the district's courses. Written by roster refreshes only. */
export interface Course extends Scoped {
  record: { id: string; hash: string };
  name: string;
  number: string;
  status: 'active' | 'archived';
}

const schema = scopedSchema<Course>('course', {
  record: { type: new Schema({ id: String, hash: String }, { _id: false }), required: true },
  name: { type: String, default: '' },
  number: { type: String, default: '' },
  status: { type: String, enum: ['active', 'archived'], required: true },
});
schema.index({ account: 1, 'record.id': 1 }, { unique: true });

export const Course = mongoose.model<Course>('course', schema);
