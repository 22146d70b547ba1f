import mongoose, { Schema, type Types } from 'mongoose';
import { FILE_FORMATS, type FileFormat } from './account.js';
import { scopedSchema, type Scoped } from './scoped.js';

/**
 * `reading`: its files wait to be read, or are being read. `cut off`: reading ended its worker again and again. `too large`: reading took
 * more memory than it may. `refused`: a problem prevents its use, and nothing of it is kept. `ready`: it can be previewed and imported.
 * `empty`: it could be, but has no records. `used`: it was imported. `expired`: its content is deleted.
 */
const UPLOAD_STATES = [
  'reading',
  'cut off',
  'too large',
  'ready',
  'empty',
  'refused',
  'used',
  'expired',
] as const;
export type UploadState = (typeof UPLOAD_STATES)[number];

export interface UploadProblem {
  file: string;
  /** 0 for the whole file. */
  line: number;
  field: string;
  /** A code with the values of its sentence (`tables/say-file-problem.ts`). `text`: the words themselves, as versions before 0.7 stored them. */
  fault: { code: string } & Record<string, unknown>;
}

/** The progress of a reading. */
export interface UploadProgress {
  bytes: number;
  /** Bytes of all files, unzipped. */
  total: number;
  /** Records that were kept. */
  kept: number;
}

/** Roster files that somebody uploaded: what was in them, and what is wrong with them. Their content is in `uploadChunk`. */
export interface RosterUpload extends Scoped {
  format: FileFormat;
  state: UploadState;
  files: { name: string; bytes: number; rows: number }[];
  /** Objects by list. */
  counts: Record<string, number>;
  /** By list, how many ids the files remove. */
  removals: Record<string, number>;
  /** Lists that such files usually bring and that are empty: most likely their columns were misread. */
  missing?: string[];
  /** Lists that hold everything: who is not in them is gone. */
  complete: Record<string, boolean>;
  /** The first 1,000 problems. */
  problems: UploadProblem[];
  /** How many further problems there are. */
  more: number;
  /** How many problems there are in all. */
  problemCount: number;
  /** What the files were called, in their order. */
  names?: string[];
  /** Whether all of the files are stored, so that they can be read. */
  stored?: boolean;
  /** Only one upload in the whole database has it: the one that is being read. */
  lock?: 'reading';
  /** When the reading last showed progress. */
  beatAt?: Date;
  /** Counts the workers that took it; what an earlier one still writes matches nothing. */
  fence?: number;
  tries?: number;
  progress?: UploadProgress;
  by: Types.ObjectId;
  createdAt: Date;
  expiresAt: Date;
}

const schema = scopedSchema<RosterUpload>('rosterUpload', {
  format: { type: String, enum: FILE_FORMATS, required: true },
  state: { type: String, enum: UPLOAD_STATES, required: true },
  files: [new Schema({ name: String, bytes: Number, rows: Number }, { _id: false })],
  counts: { type: Schema.Types.Mixed, default: {} },
  removals: { type: Schema.Types.Mixed, default: {} },
  missing: { type: [String], default: [] },
  complete: { type: Schema.Types.Mixed, default: {} },
  problems: [
    new Schema<UploadProblem>(
      { file: String, line: Number, field: String, fault: { type: Schema.Types.Mixed, required: true } },
      { _id: false },
    ),
  ],
  more: { type: Number, default: 0 },
  problemCount: { type: Number, default: 0 },
  names: { type: [String], default: undefined },
  stored: Boolean,
  lock: String,
  beatAt: Date,
  fence: Number,
  tries: Number,
  progress: new Schema<UploadProgress>({ bytes: Number, total: Number, kept: Number }, { _id: false }),
  by: { type: Schema.Types.ObjectId, required: true },
  createdAt: { type: Date, required: true },
  expiresAt: { type: Date, required: true },
});
schema.index({ account: 1, createdAt: -1 });
schema.index({ lock: 1 }, { unique: true, partialFilterExpression: { lock: { $exists: true } } });
// Finds uploads that wait to be read, in any account.
schema.index({ state: 1, createdAt: 1 }, { partialFilterExpression: { state: 'reading' } });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const RosterUpload = mongoose.model<RosterUpload>('rosterUpload', schema);
