import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Account, sourceOf } from '../../models/account.js';
import { Event } from '../../models/event.js';
import { SyncRun } from '../../models/sync-run.js';
import { findDueNight } from './find-due-night.js';
import { startSync } from '../runs/start-sync.js';

/**
 * Adds the nightly run of every event whose time has come and that has none for the night. Every worker calls this every few seconds; the
 * unique index on event and night lets one of them win. Events have no jobs of their own: a tick handles an hour that happens twice or
 * never, a machine that slept, a changed hour or zone, a stopped worker and a deleted event all in the same way.
 * @returns how many were added
 */
export async function openNights(deps: Deps): Promise<number> {
  const events = await Event.find({ 'sync.on': true, status: 'active' }, { account: 1, sync: 1 }).lean();
  if (events.length === 0) return 0;
  const accounts = await accountsOf(events.map(({ account }) => account));
  const due = events.flatMap((event) => {
    const account = accounts.get(event.account.toHexString());
    const night =
      account && sourceOf(account) && event.sync
        ? findDueNight(event.sync.hour, account.timeZone, deps.now(), event.sync.onSince)?.night
        : undefined;
    return account && night ? [{ event, account, night }] : [];
  });
  const opened = await openedAlready(due.map(({ event, night }) => ({ event: event._id, night })));
  let count = 0;
  for (const { event, account, night } of due) {
    if (opened.has(`${event._id.toHexString()} ${night}`)) continue;
    const started = await startSync(deps, { account, event, trigger: 'nightly', night });
    if (started.ok) count += 1;
  }
  return count;
}

async function accountsOf(ids: Types.ObjectId[]): Promise<Map<string, Account>> {
  const accounts = await Account.find({ _id: { $in: ids } }).lean();
  return new Map(accounts.map((account) => [account._id.toHexString(), account]));
}

async function openedAlready(nights: { event: Types.ObjectId; night: string }[]): Promise<Set<string>> {
  if (nights.length === 0) return new Set();
  const runs = await SyncRun.find(
    {
      event: { $in: nights.map(({ event }) => event) },
      night: { $in: [...new Set(nights.map(({ night }) => night))] },
    },
    { event: 1, night: 1 },
  ).lean();
  return new Set(runs.map(({ event, night }) => `${event.toHexString()} ${night ?? ''}`));
}
