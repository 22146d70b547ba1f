import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import { Event } from '../../models/event.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { startSync } from './start-sync.js';

/**
 * A roster run that stands by itself changed the account's roster: the events that are kept in sync follow, without a download. Where
 * held people go by it, so do those whose own sync held them: they have them in their classes still. That sync may have come after the
 * one whose list was decided about.
 */
export async function followRefresh(deps: Deps, account: Account, run: RosterRun): Promise<void> {
  const own = run.of && run.purpose === 'accept' ? await eventsSince(account, run.of) : [];
  const events = await Event.find({
    account: account._id,
    status: 'active',
    $or: [{ 'sync.on': true }, { _id: { $in: own } }],
  }).lean();
  for (const event of events) {
    // A worker that died here had begun with it.
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

/** The events that synced with a refresh or a later one. */
async function eventsSince({ _id }: Account, refresh: Types.ObjectId): Promise<Types.ObjectId[]> {
  const refreshes = await RosterRun.distinct('_id', { account: _id, _id: { $gte: refresh } });
  return SyncRun.distinct('event', { refresh: { $in: refreshes }, purpose: { $ne: 'preview' } });
}
