import mongoose from 'mongoose';
import { recordSchema, scopedSchema, type Scoped, type SourceRecord } from './scoped.js';

/** A course of the district, as the source has it. Only roster refreshes write it. */
export interface Course extends Scoped {
  record: SourceRecord;
  name: string;
  number: string;
  status: 'active' | 'archived';
}

const schema = scopedSchema<Course>('course', {
  record: { type: recordSchema, required: true },
  name: { type: String, default: '' },
  number: { type: String, default: '' },
  status: { type: String, enum: ['active', 'archived'], required: true },
});
schema.index({ account: 1, 'record.id': 1 }, { unique: true });

export const Course = mongoose.model<Course>('course', schema);
