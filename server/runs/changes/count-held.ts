import type { QueryFilter } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';

export type HeldCounts = Record<string, { held: number }>;

/**
 * How many removals wait for a person, by kind; a row about ties stands for several. @param of the removals of a run, an account or an
 * event
 */
export async function countHeld(of: QueryFilter<RosterChange>): Promise<HeldCounts> {
  const groups = await RosterChange.aggregate<{ _id: string; held: number }>([
    { $match: { ...of, state: 'held' } },
    { $group: { _id: '$kind', held: { $sum: { $ifNull: ['$size', 1] } } } },
  ]);
  return Object.fromEntries(groups.map(({ _id, held }) => [_id, { held }]));
}
