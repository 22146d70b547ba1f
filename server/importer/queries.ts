import type { Types } from 'mongoose';
import { Account, sourceOf } from '../models/account.js';
import { Event } from '../models/event.js';
import { School } from '../models/school.js';
import { SyncRun } from '../models/sync-run.js';
import { mayRunEvent, type Actor } from '../web/actor.js';

/** The most events on offer; an account with more archives its old ones. */
const MOST_EVENTS = 500;
const RECENT = 10;

/** Events that the actor may import into, by name. */
export async function importableEvents(actor: Actor): Promise<Pick<Event, '_id' | 'name' | 'sync'>[]> {
  const events = await Event.find({ account: actor.account, status: 'active' }, { name: 1, sync: 1 })
    .sort({ sortKey: 1 })
    .limit(MOST_EVENTS)
    .lean();
  return events.filter(({ _id }) => mayRunEvent(actor, _id));
}

export async function eventsInSync(account: Types.ObjectId): Promise<Pick<Event, '_id' | 'name'>[]> {
  return Event.find({ account, 'sync.on': true }, { name: 1 }).sort({ sortKey: 1 }).lean();
}

/** Events of the account with a run that waits or is at work, in sync or not. */
export async function eventsAtWork(account: Types.ObjectId): Promise<Types.ObjectId[]> {
  return SyncRun.distinct('event', { account, state: { $in: ['queued', 'running'] } });
}

/** Schools of ours that the account's source has too: only their people and classes are imported. */
export function matchedSchools(account: Account): Promise<Pick<School, '_id' | 'name'>[]> {
  return School.find({ account: account._id, ...matchedBy(account) }, { name: 1 })
    .sort({ sortKey: 1 })
    .lean();
}

export function matchedBy(account: Pick<Account, 'clever' | 'files'>) {
  return sourceOf(account) === 'files'
    ? { 'file.id': { $exists: true } }
    : { 'clever.id': { $type: 'string' as const } };
}

export function accountOf(actor: Actor): Promise<Account> {
  return Account.findById(actor.account).orFail().lean();
}

/** The last runs of events that the actor runs, newest first. */
export async function recentRuns(events: Types.ObjectId[]): Promise<SyncRun[]> {
  return SyncRun.find({ event: { $in: events } })
    .sort({ createdAt: -1 })
    .limit(RECENT)
    .lean();
}
