import { heldOf, RosterChange } from '../../models/roster-change.js';
import type { ActiveRun } from '../engine/active-run.js';
import { mustHold } from './judge-removals.js';

/** The removals of a kind that wait for a person: by the document (hex id), how many each stands for. */
export interface Waiting {
  /** Found by runs before this one. */
  older: ReadonlyMap<string, number>;
  /** Found by an earlier try at this run. */
  own: ReadonlyMap<string, number>;
}

/** What waits for a person, and nobody has decided about. What only a doubtful download missed is no part of it. */
export async function findWaiting(
  run: Pick<ActiveRun, 'id' | 'account' | 'event'>,
  kind: string,
): Promise<Waiting> {
  const held = { ...heldOf(run), kind, doubtful: { $exists: false } };
  const [older, own] = [new Map<string, number>(), new Map<string, number>()];
  const rows = RosterChange.find(held, { target: 1, run: 1, size: 1 }).lean().cursor();
  for await (const { target, run: by, size = 1 } of rows)
    (by.equals(run.id) ? own : older).set(target.toHexString(), size);
  return { older, own };
}

export function waits({ older, own }: Waiting, target: string): boolean {
  return older.has(target) || own.has(target);
}

/** What is gone now of a kind. */
export interface Gone {
  gone: number;
  /** Of those, how many older runs hold already. */
  known: number;
  /** Of how many. */
  here: number;
}

/**
 * Whether so many are gone that all of them wait for a person. Where the source has a part of what waits again, it tells what it means:
 * what is missed since is judged by itself.
 */
export function mustHoldAll({ older }: Waiting, { gone, known, here }: Gone): boolean {
  if (!mustHold(gone, here)) return false;
  const waiting = [...older.values()].reduce((sum, size) => sum + size, 0);
  const isPartBack = known > 0 && known < waiting;
  return !isPartBack || gone === here || mustHold(gone - known, here);
}
