import type { QueryFilter, Types } from 'mongoose';
import {
  CHANGE_STATES,
  RosterChange,
  type ChangeAction,
  type ChangeState,
} from '../../models/roster-change.js';
import { ask, findTogether, type Question } from '../../models/find-together.js';
import { holdsWords } from '../../models/search-key.js';
import type { SyncLog } from '../../models/sync-log.js';
import type { ChangesQuery } from './schema.js';

/** How many changes of a kind, action and state there are. */
export interface ChangeCount {
  kind: string;
  action: ChangeAction;
  state: ChangeState;
  count: number;
}

/** Which changes: those of some runs, or a filter that names runs and more. */
export type ChangesOf = Types.ObjectId[] | QueryFilter<RosterChange>;

function filterOf(of: ChangesOf): QueryFilter<RosterChange> {
  return Array.isArray(of) ? { run: { $in: of } } : of;
}

/** Counts the changes of some runs by kind, action and state, without the page's filters. */
export async function countChanges(of: ChangesOf): Promise<ChangeCount[]> {
  return (await findTogether({ counts: askCounts(of) })).counts;
}

/** The question for the same. */
export function askCounts(of: ChangesOf): Question<ChangeCount> {
  return ask<RosterChange, ChangeCount>(
    RosterChange,
    filterOf(of),
    { $group: { _id: { kind: '$kind', action: '$action', state: '$state' }, count: { $sum: 1 } } },
    { $replaceRoot: { newRoot: { $mergeObjects: ['$_id', { count: '$count' }] } } },
  );
}

/** The state is always named, so that the index of run, state and kind finds and sorts them. */
export function changesFilter(of: ChangesOf, query: ChangesQuery): QueryFilter<RosterChange> {
  return {
    ...filterOf(of),
    state: query.state || { $in: CHANGE_STATES },
    ...(query.kind ? { kind: query.kind } : {}),
    ...(query.action ? { action: query.action } : {}),
    ...holdsWords('searchKey', query.q),
  };
}

export const CHANGES_ORDER = { kind: 1, action: 1, searchKey: 1 } as const;

export function countMatching(of: ChangesOf, query: ChangesQuery): Promise<number> {
  return RosterChange.countDocuments(changesFilter(of, query));
}

export function changesPage(
  of: ChangesOf,
  query: ChangesQuery,
  skip: number,
  size: number,
): Promise<RosterChange[]> {
  return RosterChange.find(changesFilter(of, query)).sort(CHANGES_ORDER).skip(skip).limit(size).lean();
}

/** The log rows of what a run added: undo needs no values for these, so they are in the log alone. */
export function addedFilter(runs: Types.ObjectId[], kinds: string[]): QueryFilter<SyncLog> {
  return { run: { $in: runs }, kind: { $in: kinds }, action: 'added' };
}
