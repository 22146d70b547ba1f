import type { Types } from 'mongoose';
import { Account, sourceOf } from '../../models/account.js';
import { AuditEntry } from '../../models/audit-entry.js';
import type { Event } from '../../models/event.js';
import { RosterRun } from '../../models/roster-run.js';
import { School } from '../../models/school.js';
import { SyncRun } from '../../models/sync-run.js';

/** One page of an event's runs, newest first. */
export async function eventRuns(event: Types.ObjectId, skip: number, size: number): Promise<SyncRun[]> {
  return SyncRun.find({ event }).sort({ createdAt: -1 }).skip(skip).limit(size).lean();
}

export function countRuns(event: Types.ObjectId): Promise<number> {
  return SyncRun.countDocuments({ event });
}

/** The run that waits or is at work, if there is one. */
export async function livingRun(event: Types.ObjectId): Promise<SyncRun | null> {
  return SyncRun.findOne({ event, state: { $in: ['queued', 'running'] } })
    .sort({ createdAt: -1 })
    .lean();
}

/** The refreshes of some runs, by id, in one query. */
export async function refreshesOf(
  account: Types.ObjectId,
  runs: Pick<SyncRun, 'refresh'>[],
): Promise<Map<string, Pick<RosterRun, 'counts' | 'unshared'>>> {
  const ids = runs.flatMap(({ refresh }) => refresh ?? []);
  if (ids.length === 0) return new Map();
  const refreshes = await RosterRun.find({ _id: { $in: ids }, account }, { counts: 1, unshared: 1 }).lean();
  return new Map(refreshes.map((refresh) => [refresh._id.toHexString(), refresh]));
}

/** The last run that was successful. @param recent the newest runs; the database is asked only if none of them was */
export async function lastGoodRun(event: Types.ObjectId, recent: SyncRun[], total: number) {
  const good = recent.find(({ state, purpose }) => state === 'done' && purpose === 'sync');
  if (good || recent.length === total) return good ?? null;
  return SyncRun.findOne({ event, state: 'done', purpose: 'sync' }).sort({ createdAt: -1 }).lean();
}

/** Whether the account has a roster source; nights wait while it has none. */
export async function isConnected(account: Types.ObjectId): Promise<boolean> {
  const found = await Account.findById(account, { 'clever.enabled': 1, 'files.on': 1 }).lean();
  return found !== null && sourceOf(found) !== undefined;
}

/**
 * When an event's nightly sync went off: by a stop since it last went on, or by an import that was not to be kept synced. Undefined if
 * neither is known or it was never on.
 */
export async function offSince(event: Event, recent: SyncRun[]): Promise<Date | undefined> {
  const after = event.sync?.onSince;
  if (!after) return undefined;
  const stop = await AuditEntry.findOne(
    { account: event.account, at: { $gte: after }, action: 'stop sync', targets: event._id },
    { at: 1 },
  )
    .sort({ at: 1 })
    .lean();
  const imported = recent.find(
    ({ state, purpose, keepSynced }) => state === 'done' && purpose !== 'preview' && keepSynced === false,
  );
  const moments = [stop?.at, imported?.finishedAt].filter((at) => at !== undefined && at >= after);
  // If it was stopped again while it was off, it has been off since the first stop.
  return moments.length > 0 ? moments.reduce((a, b) => (b && a && b < a ? b : a)) : undefined;
}

/** The event's schools and terms, in words. */
export async function choiceInWords(event: Event): Promise<{ schools: string; terms: string }> {
  const { sync } = event;
  if (!sync) return { schools: '', terms: '' };
  const schools = await School.find({ account: event.account, _id: { $in: sync.schools } }, { name: 1 })
    .sort({ sortKey: 1 })
    .lean();
  const terms = sync.terms.map(({ name }) => name || 'Term without a name');
  return {
    schools: schools.map(({ name }) => name).join(', ') || 'None',
    terms: [...terms, ...(sync.noTerm ? ['classes without a term'] : [])].join(', ') || 'None',
  };
}
