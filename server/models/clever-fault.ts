import { Schema } from 'mongoose';

/** Every way in which reading from Clever can fail. */
const CLEVER_FAILURES = [
  'unauthorized',
  'not-approved',
  'forbidden',
  'not-found',
  'bad-request',
  'page-too-large',
  'rate-limited',
  'server',
  'time-out',
  'connection',
  'redirect',
  'not-json',
  'truncated',
  'not-clever',
  'too-large',
  'loop',
  'stopped',
] as const;
export type CleverFailure = (typeof CLEVER_FAILURES)[number];

/** Faults for which Clever is not even asked. */
const OF_ACCESS = ['other district', 'unreadable access'] as const;

/** Why Clever could not be read; said by `clever/explain-failure.ts`. `text`: in the words of a version before 0.6. */
export type CleverFault =
  | { code: CleverFailure; what: string; status?: number }
  | { code: (typeof OF_ACCESS)[number] }
  | { code: 'text'; text: string };

export const cleverFaultSchema = new Schema(
  {
    code: { type: String, enum: [...CLEVER_FAILURES, ...OF_ACCESS, 'text'], required: true },
    what: String,
    status: Number,
    text: String,
  },
  { _id: false, strict: 'throw' },
);
