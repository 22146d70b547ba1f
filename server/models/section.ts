import mongoose, { Schema, type Types } from 'mongoose';
import { recordSchema, scopedSchema, type Scoped, type SourceRecord } from './scoped.js';

/** What the roster says of a section. People, term and course are the source's ids: they may be unreadable, or come later. */
export interface RosterSection {
  school: Types.ObjectId;
  name: string;
  subject: string;
  period: string;
  grade: string;
  number: string;
  course: string;
  /** '' for a section without a term. */
  term: string;
  /** The term that the source names now, if it does not exist: then the section keeps the one it had. */
  termTold?: string;
  /** Further terms in which it runs; only from roster files. */
  otherTerms?: string[];
  /** Primary teacher first. */
  teacherIds: string[];
  studentIds: string[];
  /** Appointments that a student may have in the class; only from roster files. */
  allowed?: number;
}

/** A section of the district, as the source has it. Only roster refreshes write it. */
export interface Section extends Scoped, RosterSection {
  record: SourceRecord;
  status: 'active' | 'archived';
}

const text = { type: String, default: '' };

const schema = scopedSchema<Section>('section', {
  record: { type: recordSchema, required: true },
  school: { type: Schema.Types.ObjectId, required: true },
  name: text,
  subject: text,
  period: text,
  grade: text,
  number: text,
  course: text,
  term: text,
  termTold: String,
  otherTerms: { type: [String], default: undefined },
  teacherIds: [String],
  studentIds: [String],
  allowed: Number,
  status: { type: String, enum: ['active', 'archived'], required: true },
});
schema.index({ account: 1, 'record.id': 1 }, { unique: true });
// Ends with _id, so that sections that wait for a decision are skipped by the index alone.
schema.index({ account: 1, status: 1, school: 1, term: 1, _id: 1 });
// Finds the sections of one student.
schema.index({ account: 1, studentIds: 1 });
schema.index({ account: 1, teacherIds: 1 });
schema.index({ account: 1, otherTerms: 1 }, { partialFilterExpression: { otherTerms: { $exists: true } } });

// Finds sections that name a term which may still come.
schema.index({ account: 1, termTold: 1 }, { partialFilterExpression: { termTold: { $exists: true } } });

export const Section = mongoose.model<Section>('section', schema);
