import type { QueryFilter } from 'mongoose';
import { findTogether, rowsOf, type Asked } from '../../models/find-together.js';
import { RosterChange } from '../../models/roster-change.js';

export type HeldCounts = Record<string, { held: number }>;

interface HeldOfKind {
  _id: string;
  held: number;
}

/** Asks how many removals wait for a person, by kind; a row about ties stands for several. */
export function askHeld(of: QueryFilter<RosterChange>): Asked<HeldOfKind> {
  return rowsOf(RosterChange, [
    { $match: { ...of, state: 'held' } },
    { $group: { _id: '$kind', held: { $sum: { $ifNull: ['$size', 1] } } } },
  ]);
}

export function heldByKind(rows: readonly HeldOfKind[]): HeldCounts {
  return Object.fromEntries(rows.map(({ _id, held }) => [_id, { held }]));
}

/** How many removals wait for a person, by kind. @param of the removals of a run, an account or an event */
export async function countHeld(of: QueryFilter<RosterChange>): Promise<HeldCounts> {
  const { held } = await findTogether({ held: askHeld(of) });
  return heldByKind(held);
}
