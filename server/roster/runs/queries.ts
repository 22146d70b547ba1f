import type { QueryFilter, Types } from 'mongoose';
import { Account } from '../../models/account.js';
import { Event } from '../../models/event.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncLog } from '../../models/sync-log.js';
import { SyncRun } from '../../models/sync-run.js';
import { User } from '../../models/user.js';
import type { Actor } from '../../web/actor.js';
import { stagesOfRefresh } from '../run-refresh.js';
import { stagesOfSync } from '../run-sync.js';
import { mayRunEvent } from '../importer/policy.js';

export interface FoundRun {
  run: SyncRun;
  refresh: RosterRun | null;
  event: Event;
}

/** A run of an event that the actor runs; a stranger's is as if it were not there. */
export async function findRun(actor: Actor, id: Types.ObjectId): Promise<FoundRun | null> {
  const run = await SyncRun.findOne({ _id: id, account: actor.account }).lean();
  if (!run || !mayRunEvent(actor, run.event)) return null;
  const event = await Event.findOne({ _id: run.event, account: actor.account }).lean();
  return event && { run, event, refresh: await refreshOf(run) };
}

/** The stages that a run goes through, as far as can be told before it does. */
export async function expectedStages(run: SyncRun): Promise<string[]> {
  const account = await Account.findById(run.account).orFail().lean();
  const reads = run.purpose === 'sync' || run.purpose === 'preview';
  return [...(reads || run.refresh ? stagesOfRefresh(account, run) : []), ...stagesOfSync(run)];
}

async function refreshOf(run: Pick<SyncRun, 'refresh'>): Promise<RosterRun | null> {
  return run.refresh ? RosterRun.findById(run.refresh).lean() : null;
}

/** The name of the login that asked for a run. */
export async function askerOf(run: SyncRun): Promise<string> {
  const user = run.by ? await User.findById(run.by, { name: 1 }).lean() : null;
  return user?.name ?? '';
}

export interface LogQuery {
  kind: string;
  action: string;
}

/** The rows of a run's log: its own and those of its download. Both kind and action, or neither, so that an index serves. */
export function logFilter({ run }: Pick<FoundRun, 'run'>, { kind, action }: LogQuery): QueryFilter<SyncLog> {
  const runs = run.refresh ? [run.refresh, run._id] : [run._id];
  return { run: { $in: runs }, ...(kind && action ? { kind, action } : {}) };
}

export async function logPage(
  found: FoundRun,
  query: LogQuery,
  skip: number,
  size: number,
): Promise<SyncLog[]> {
  return SyncLog.find(logFilter(found, query)).sort({ _id: 1 }).skip(skip).limit(size).lean();
}

export function countLog(found: FoundRun, query: LogQuery): Promise<number> {
  return SyncLog.countDocuments(logFilter(found, query));
}
