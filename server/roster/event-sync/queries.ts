import type { Types } from 'mongoose';
import type { Event } from '../../models/event.js';
import { School } from '../../models/school.js';
import { SyncRun } from '../../models/sync-run.js';

/** A page of an event's runs, newest first. */
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

/** What the event takes from the roster, in words. */
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
