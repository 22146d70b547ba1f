import type { QueryFilter } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';

export type WithheldCounts = Record<string, { withheld: number }>;

/**
 * How many removals wait for a person, by kind; a row about ties stands for several. @param of the removals of a run, an account or an
 * event
 */
export async function countWithheld(of: QueryFilter<RosterChange>): Promise<WithheldCounts> {
  const groups = await RosterChange.aggregate<{ _id: string; withheld: number }>([
    { $match: { ...of, state: 'withheld' } },
    { $group: { _id: '$kind', withheld: { $sum: { $ifNull: ['$size', 1] } } } },
  ]);
  return Object.fromEntries(groups.map(({ _id, withheld }) => [_id, { withheld }]));
}
