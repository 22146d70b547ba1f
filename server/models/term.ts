import mongoose from 'mongoose';
import { recordSchema, scopedSchema, type Scoped, type SourceRecord } from './scoped.js';

/** A term of the district, as the source has it. Only roster refreshes write it. */
export interface Term extends Scoped {
  record: SourceRecord;
  name: string;
  /** YYYY-MM-DD or ''. */
  start: string;
  end: string;
  status: 'active' | 'archived';
}

const schema = scopedSchema<Term>('term', {
  record: { type: recordSchema, required: true },
  name: { type: String, default: '' },
  start: { type: String, default: '' },
  end: { type: String, default: '' },
  status: { type: String, enum: ['active', 'archived'], required: true },
});
schema.index({ account: 1, 'record.id': 1 }, { unique: true });
schema.index({ account: 1, status: 1, start: 1 });

export const Term = mongoose.model<Term>('term', schema);
