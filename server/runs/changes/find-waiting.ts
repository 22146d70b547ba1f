import { withheldOf, RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';
import { mustWithhold } from './judge-removals.js';

/** The removals of one kind that wait for a person: document id (hex) to the number that each stands for. */
export interface Waiting {
  /** Withheld by earlier runs. */
  older: ReadonlyMap<string, number>;
  /** Withheld by an earlier try at this run. */
  own: ReadonlyMap<string, number>;
}

/** Finds the removals that wait and that nobody has decided about, except those that only a doubtful download missed. */
export async function findWaiting(
  run: Pick<ActiveRun, 'id' | 'account' | 'event'>,
  kind: string,
): Promise<Waiting> {
  const withheld = { ...withheldOf(run), kind, doubtful: { $exists: false } };
  const [older, own] = [new Map<string, number>(), new Map<string, number>()];
  const rows = RosterChange.find(withheld, { target: 1, run: 1, size: 1 }).lean().cursor();
  for await (const { target, run: by, size = 1 } of rows)
    (by.equals(run.id) ? own : older).set(target.toHexString(), size);
  return { older, own };
}

export function waits({ older, own }: Waiting, target: string): boolean {
  return older.has(target) || own.has(target);
}

/** What is gone of one kind now. */
export interface Gone {
  gone: number;
  /** How many of those that are gone earlier runs withhold already. */
  known: number;
  /** How many were here before the run. */
  here: number;
}

/**
 * Whether all that are gone wait for a person. Once the source has a part of the waiting ones again, its lists are believed, and what it
 * misses from then on is judged by itself.
 */
export function mustWithholdAll({ older }: Waiting, { gone, known, here }: Gone): boolean {
  if (!mustWithhold(gone, here)) return false;
  const waiting = [...older.values()].reduce((sum, size) => sum + size, 0);
  const isPartBack = known > 0 && known < waiting;
  return !isPartBack || gone === here || mustWithhold(gone - known, here);
}
