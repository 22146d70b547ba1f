import type { Types } from 'mongoose';

/** Why a booking is refused; said by `parents/refuse-booking.ts`. No code tells anything of another household. */
export const REFUSALS = [
  'not open',
  'not here',
  'not offered',
  'too late',
  'not your child',
  'no class',
  'taken',
  'teacher busy',
  'household busy',
  'interpreter busy',
  'teacher limit',
  'class limit',
  'household limit',
  'student limit',
  'day limit',
  'too late to change',
  'changed meanwhile',
  'too many holds',
  'not answered',
  'hold ended',
  'too long',
  'next taken',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Rules of the event that staff may set aside, by their refusals; of 'household busy' only the gap. */
export const OVERRIDABLE = [
  'not open',
  'too late',
  'teacher limit',
  'class limit',
  'household limit',
  'student limit',
  'day limit',
  'household busy',
  'interpreter busy',
] as const satisfies Refusal[];
export type Overridable = (typeof OVERRIDABLE)[number];

/** What somebody of the school set aside for one booking, and why. */
export interface Override {
  rules: Overridable[];
  reason: string;
  by: Types.ObjectId;
  at: Date;
}
