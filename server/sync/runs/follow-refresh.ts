import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import { Event } from '../../models/event.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { startSync } from './start-sync.js';

/**
 * After a roster run that stood alone, syncs the events that are kept in sync, without a download. If the run removed withheld people, the
 * events whose own sync withheld them sync as well, as their classes still have those people. That sync may be later than the one whose list
 * was decided.
 */
export async function followRefresh(deps: Deps, account: Account, run: RosterRun): Promise<void> {
  const own = run.of && run.purpose === 'accept' ? await eventsSince(account, run.of) : [];
  const events = await Event.find({
    account: account._id,
    status: 'active',
    $or: [{ 'sync.on': true }, { _id: { $in: own } }],
  }).lean();
  for (const event of events) {
    // A worker that died here had begun it.
    if (await SyncRun.exists({ refresh: run._id, event: event._id })) continue;
    await startSync(deps, {
      account,
      event,
      trigger: run.purpose === 'sync' || run.purpose === 'preview' ? 'accept' : run.purpose,
      purpose: 'sync',
      refresh: run._id,
      ...(run.by ? { by: run.by } : {}),
    });
  }
}

/** The events that synced with a refresh, or with a later one. */
async function eventsSince({ _id }: Account, refresh: Types.ObjectId): Promise<Types.ObjectId[]> {
  const refreshes = await RosterRun.distinct('_id', { account: _id, _id: { $gte: refresh } });
  return SyncRun.distinct('event', { refresh: { $in: refreshes }, purpose: { $ne: 'preview' } });
}
