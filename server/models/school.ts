import mongoose, { Schema } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/** The longest address, typed or from a source. */
export const ADDRESS_MAX = 200;

/** One of the account's schools; matched to a Clever school by `clever.id`, to one of roster files by `file.id`. */
export interface School extends Scoped {
  name: string;
  number?: string;
  /** Where families go, as for a map, as the office entered it; absent: as the source has it. */
  address?: string;
  /** What the roster's source says, which no person changes, and which source; absent before sources were kept. */
  synced?: { address: string; from?: 'clever' | 'file' };
  clever?: { id: string; name: string };
  file?: { id: string; name: string };
  sortKey: string;
}

const schema = scopedSchema<School>('school', {
  name: { type: String, required: true },
  number: String,
  address: String,
  synced: { type: new Schema({ address: String, from: String }, { _id: false }) },
  clever: { type: new Schema({ id: String, name: String }, { _id: false }) },
  file: { type: new Schema({ id: String, name: String }, { _id: false }) },
  sortKey: { type: String, required: true },
});
schema.index({ account: 1, sortKey: 1 });
schema.index(
  { account: 1, 'clever.id': 1 },
  { unique: true, partialFilterExpression: { 'clever.id': { $exists: true } } },
);
schema.index(
  { account: 1, 'file.id': 1 },
  { unique: true, partialFilterExpression: { 'file.id': { $exists: true } } },
);

export const School = mongoose.model<School>('school', schema);
