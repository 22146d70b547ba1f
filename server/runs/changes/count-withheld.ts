import type { QueryFilter } from 'mongoose';
import { findTogether, rowsOf, type Question } from '../../models/find-together.js';
import { RosterChange } from '../../models/roster-change.js';

export type WithheldCounts = Record<string, { withheld: number }>;

interface WithheldOfKind {
  _id: string;
  withheld: number;
}

/** A question for how many removals wait for a person, by kind; a row about ties stands for several. */
export function askWithheld(of: QueryFilter<RosterChange>): Question<WithheldOfKind> {
  return rowsOf(RosterChange, [
    { $match: { ...of, state: 'withheld' } },
    { $group: { _id: '$kind', withheld: { $sum: { $ifNull: ['$size', 1] } } } },
  ]);
}

export function withheldByKind(rows: readonly WithheldOfKind[]): WithheldCounts {
  return Object.fromEntries(rows.map(({ _id, withheld }) => [_id, { withheld }]));
}

/** How many removals wait for a person, by kind. @param of the removals of a run, an account or an event */
export async function countWithheld(of: QueryFilter<RosterChange>): Promise<WithheldCounts> {
  const { withheld } = await findTogether({ withheld: askWithheld(of) });
  return withheldByKind(withheld);
}
