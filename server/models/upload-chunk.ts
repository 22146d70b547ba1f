import mongoose, { Schema, type Types } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/**
 * `objects`: in Clever's shape. `removed`: ids to remove. `left out`: ids that the files name but that could not be taken, so they are not
 * gone either. `file`: pieces of an uploaded file (`list` is its place among them), until it was read.
 */
const CHUNK_PARTS = ['objects', 'removed', 'left out', 'file'] as const;
export type ChunkPart = (typeof CHUNK_PARTS)[number];

/** A piece of one list of an upload, readable by any worker on any host. At most 500 entries and about 1 MB. */
export interface UploadChunk extends Scoped {
  upload: Types.ObjectId;
  /** A ListName of the refresh; for a file, its place. */
  list: string;
  part: ChunkPart;
  /** From 0, in the order of the list. */
  n: number;
  objects: unknown[];
  expiresAt: Date;
}

const schema = scopedSchema<UploadChunk>('uploadChunk', {
  upload: { type: Schema.Types.ObjectId, required: true },
  list: { type: String, required: true },
  part: { type: String, enum: CHUNK_PARTS, required: true },
  n: { type: Number, required: true },
  objects: { type: [Schema.Types.Mixed], required: true },
  expiresAt: { type: Date, required: true },
});
schema.index({ upload: 1, list: 1, part: 1, n: 1 }, { unique: true });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const UploadChunk = mongoose.model<UploadChunk>('uploadChunk', schema);
