import mongoose, { Schema, type Types } from 'mongoose';
import type { FieldMapping } from './field-mapping.js';
import { cleverFaultSchema, type CleverFault } from './clever-fault.js';
import { runFields, type Run } from './run.js';
import { scopedSchema } from './scoped.js';

/** Reasons for reading everything that need no number. */
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
  /** The account's local date, for a refresh that a night's events share; absent otherwise. */
  night?: string;
  /** Whether it stands alone, without a sync run that needs it. */
  alone?: boolean;
  /** Whether everything is to be read, though the district reports its changes. */
  full?: boolean;
  /** Whether everything was read, or only the district's events. */
  how?: 'full' | 'events';
  /** Why everything was read. */
  why?: FullWhy;
  /** How many events were read. */
  events?: number;
  /** For a preview: used in place of the account's mapping. */
  mapping?: FieldMapping;
  /** For a preview: the roster files that it reads. */
  upload?: Types.ObjectId;
  /** For a preview: what it looks at. Two requests for the same before it is over are one run. */
  asks?: string;
  /** For a preview: kinds whose lists were complete, so that applying it settles what earlier runs withhold of them. */
  answered?: string[];
  /** For a preview: documents that earlier runs would remove and that the source has, although its list of the kind was incomplete. */
  back?: Types.ObjectId[];
  /** The district no longer shares anything that was here. */
  unshared?: true;
  /** For a preview: contacts who stay as they are, because somebody else came with their id or number. */
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
// Two refreshes of one account at once would each mark as gone what only the other one has seen.
schema.index({ account: 1, state: 1 }, { unique: true, partialFilterExpression: { state: 'running' } });

export const RosterRun = mongoose.model<RosterRun>('rosterRun', schema);
