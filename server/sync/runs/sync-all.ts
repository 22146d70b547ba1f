import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import { Event } from '../../models/event.js';
import { startSync } from './start-sync.js';

/** A run that waits for a worker. */
export interface Queued {
  name: string;
  run: Types.ObjectId;
}

/** Requests a sync of every event of the account whose sync is on. Two requests at once are one run each. */
export async function syncAll(deps: Deps, account: Account, by: Types.ObjectId): Promise<Queued[]> {
  const events = await Event.find(
    { account: account._id, status: 'active', 'sync.on': true },
    { name: 1, sync: 1 },
  )
    .sort({ sortKey: 1 })
    .lean();
  const queued: Queued[] = [];
  for (const event of events) {
    const started = await startSync(deps, { account, event, trigger: 'sync now', by });
    if (started.ok) queued.push({ name: event.name, run: started.run });
  }
  return queued;
}
