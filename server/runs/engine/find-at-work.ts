import type { Types } from 'mongoose';
import { ContactDeletion } from '../../models/contact-deletion.js';
import { Duplicate } from '../../models/duplicate.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';

/** A merge or an identity decision that shows no sign of life for this long was cut off: anybody may finish it. */
const CUT_OFF_MS = 30_000;

/** Whether work that last showed life at that time was cut off. */
export function isCutOff({ at }: { at: Date }, now: Date): boolean {
  return at <= cutOffBefore(now);
}

/** Work that has been silent since this time was cut off. */
export function cutOffBefore(now: Date): Date {
  return new Date(now.getTime() - CUT_OFF_MS);
}

/** Whether a sync of the account is at work: it has already looked people up and is about to write who is in classes. */
export async function isSyncing(account: Types.ObjectId): Promise<boolean> {
  const found = await Promise.all([
    RosterRun.exists({ account, state: 'running' }),
    SyncRun.exists({ state: 'running', account }),
  ]);
  return found.some(Boolean);
}

/** Whether two contacts of the account are being merged, or an identity is being decided. */
export async function isMerging(account: Types.ObjectId, now: Date): Promise<boolean> {
  const before = cutOffBefore(now);
  const living = await Promise.all([
    Duplicate.exists({ account, unfinished: true, 'merge.at': { $gt: before } }),
    Duplicate.exists({ account, recycled: 'id', state: 'open', 'deciding.at': { $gt: before } }),
  ]);
  return living.some(Boolean);
}

/** Whether contacts of the account are being deleted, or soon will be. A deletion that was cut off resumes by itself. */
export async function isDeleting(account: Types.ObjectId): Promise<boolean> {
  const found = await Promise.all([
    ContactDeletion.exists({ account, state: 'queued' }),
    ContactDeletion.exists({ account, state: 'running' }),
  ]);
  return found.some(Boolean);
}
