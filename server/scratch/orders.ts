import type { RehearsalOutcome } from '../models/rehearsal.js';

/** A meeting that a family wants. */
export interface Wish {
  student: string;
  resource: string;
}

/** A made-up family of a rehearsal. */
export interface FamilyOrder {
  user: string;
  household: string;
  /** When it comes, in milliseconds of the real clock after the opening. */
  comesMs: number;
  /** Whether it lets a plan be made. */
  plans: boolean;
  wishes: Wish[];
}

/** What the process of a rehearsal is told by the one that started it. */
export type ToScratch =
  /** `at`: what its clock begins at, in epoch milliseconds. */
  | { order: 'prepare'; uri: string; dbName: string; at: number }
  /** `room`: how many families each teacher has room for, 0 where all is booked already; without an entry it has no times. */
  | { order: 'open'; home: string; pace: number; families: FamilyOrder[]; room: Record<string, number> }
  | { order: 'stop' };

export interface ScratchProgress {
  arrived: number;
  finished: number;
  booked: number;
}

/** What it tells. `prepared`: its database has its indexes. */
export type FromScratch =
  | { tells: 'prepared' }
  | ({ tells: 'progress' } & ScratchProgress)
  | { tells: 'outcome'; outcome: Outcome }
  | { tells: 'fault'; why: 'database' | 'fault' | 'no right'; stack: string };

/** As the record keeps it, but with ids as texts. */
export type Outcome = Omit<RehearsalOutcome, 'teachers'> & {
  teachers: (Omit<RehearsalOutcome['teachers'][number], 'resource'> & { resource: string })[];
};
