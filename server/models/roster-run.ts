import mongoose, { Schema, type Types } from 'mongoose';
import type { FieldMapping } from './account.js';
import { cleverFaultSchema, type CleverFault } from './clever-fault.js';
import { runFields, type Run } from './run.js';
import { scopedSchema } from './scoped.js';

/** Why everything is read that needs no number to be told. */
const PLAIN_WHYS = [
  'asked for',
  'ended badly',
  'no event',
  'setup changed',
  'too long ago',
  'weekly',
  'removals wait',
  'event forgotten',
  'no events',
  'event unreadable',
  'too many',
  'school not listed',
  'list shared',
  'many would leave',
] as const;

/** Why everything was read, though the district may tell its changes (`runs/log/say-why.ts`). `text`: in the words of a version before 0.6. */
export type FullWhy =
  | { code: (typeof PLAIN_WHYS)[number] }
  | { code: 'events broke off'; fault: CleverFault }
  | { code: 'text'; text: string };

const whySchema = new Schema(
  {
    code: { type: String, enum: [...PLAIN_WHYS, 'events broke off', 'text'], required: true },
    fault: { type: cleverFaultSchema },
    text: String,
  },
  { _id: false, strict: 'throw' },
);

/** One refresh of an account's people and mirror from its roster source. */
export interface RosterRun extends Run {
  /** The account's local date, for the refresh that a night's events share; absent otherwise. */
  night?: string;
  /** It stands by itself, without a sync run that brings it about. */
  alone?: boolean;
  /** Everything is read anew, though the district tells its changes. */
  full?: boolean;
  /** Whether everything was read, or the district's events alone. */
  how?: 'full' | 'events';
  /** Why everything was read. */
  why?: FullWhy;
  /** How many events were read. */
  events?: number;
  /** Of a preview: as if this were the account's mapping. */
  mapping?: FieldMapping;
  /** Of a preview: the roster files that it reads. */
  upload?: Types.ObjectId;
  /** Of a preview: what it looks at. Asked for twice before it is over, it is one run. */
  asks?: string;
  /** Of a preview: kinds of which the source told all, so that what earlier runs held of them is answered where it is applied. */
  answered?: string[];
  /** Of a preview: documents whose removal earlier runs held, and that the source has, though it did not tell all of their kind. */
  back?: Types.ObjectId[];
  /** The district shares nothing any more of what was here. */
  unshared?: true;
  /** Of a preview: contacts who stay as they are, because somebody else came with their id or number. */
  inDoubt?: Types.ObjectId[];
}

const schema = scopedSchema<RosterRun>('rosterRun', {
  ...runFields,
  night: String,
  alone: Boolean,
  full: Boolean,
  how: { type: String, enum: ['full', 'events'] },
  why: { type: whySchema },
  events: Number,
  mapping: Schema.Types.Mixed,
  upload: Schema.Types.ObjectId,
  asks: String,
  answered: { type: [String], default: undefined },
  back: { type: [Schema.Types.ObjectId], default: undefined },
  unshared: { type: Boolean },
  inDoubt: { type: [Schema.Types.ObjectId], default: undefined },
});
schema.index({ account: 1, createdAt: -1 });
schema.index(
  { account: 1, night: 1 },
  { unique: true, partialFilterExpression: { night: { $exists: true } } },
);
schema.index({ account: 1, asks: 1 }, { unique: true, partialFilterExpression: { asks: { $exists: true } } });
schema.index({ state: 1, heartbeatAt: 1 });
schema.index({ alone: 1, state: 1 }, { partialFilterExpression: { alone: true } });
schema.index({ of: 1 }, { partialFilterExpression: { of: { $exists: true } } });
// Two refreshes of one account at once would each call gone what only the other has seen.
schema.index({ account: 1, state: 1 }, { unique: true, partialFilterExpression: { state: 'running' } });

export const RosterRun = mongoose.model<RosterRun>('rosterRun', schema);
