import type { QueryFilter, Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { dueAt } from '../../runs/engine/put-off.js';

/** Sync runs that wait for a run of the account's roster. */
export const WAITING: QueryFilter<SyncRun> = { state: 'running', waitsFor: { $exists: true } };

/**
 * Of these runs of the account's roster, those that nobody needs to wait for any longer: they are over, put off to a later hour, or do not
 * exist.
 * @returns their ids in hexadecimal
 */
export async function findReady(ids: readonly Types.ObjectId[], now: Date): Promise<Set<string>> {
  const ready = new Set(ids.map((id) => id.toHexString()));
  if (ready.size === 0) return ready;
  const open = await RosterRun.find(
    { _id: { $in: [...ids] }, $or: [{ state: 'running' }, { state: 'queued', ...dueAt(now) }] },
    { _id: 1 },
  ).lean();
  for (const { _id } of open) ready.delete(_id.toHexString());
  return ready;
}

/** Selects the sync runs that wait for this run of the account's roster. */
function waitingFor(refresh: Types.ObjectId): QueryFilter<SyncRun> {
  return { refresh, state: 'running', waitsFor: refresh };
}

/** Whether a sync run waits for this run of the account's roster. */
export async function isWaitedFor(refresh: Types.ObjectId): Promise<boolean> {
  return (await SyncRun.exists(waitingFor(refresh))) !== null;
}

/** Queues the sync runs that wait for a run of the account's roster, if that run is ready. */
export async function queueWaiting(
  { queue, now }: Pick<Deps, 'queue' | 'now'>,
  refresh: Types.ObjectId,
): Promise<void> {
  if ((await findReady([refresh], now())).size === 0) return;
  const waiting = await SyncRun.find(waitingFor(refresh), { _id: 1 }).lean();
  for (const { _id } of waiting) await queue.add('run-sync', _id.toHexString());
}
