import type { QueryFilter, Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Notification } from '../models/notification.js';
import { stillHolds } from './policy.js';
import { searchFilter, type OutboxScope } from './queries.js';

/** Mails older than this are only sent again one by one: what they say may be outdated. */
const NEWEST_MS = 3 * 24 * 3600_000;

/**
 * Mails that can be retried together: none whose recipient unsubscribed or cannot be reached, and no
 * reminders and mails whose end has passed, which would come too late.
 */
function retryable(scope: OutboxScope, q: string, now: Date): QueryFilter<Notification> {
  return {
    ...{ ...scope, ...searchFilter(q), state: 'failed' },
    createdAt: { $gte: new Date(now.getTime() - NEWEST_MS) },
    kind: { $ne: 'appointment reminder' },
    ...stillHolds(now),
    'fault.code': { $nin: ['unsubscribed', 'no address'] },
  };
}

/** How many failed mails of a search can be retried together. */
export function countRetryable(scope: OutboxScope, q: string, now: Date): Promise<number> {
  return Notification.countDocuments(retryable(scope, q, now));
}

/**
 * Queues failed mails of the last days again, as far as a search finds them and a retry makes sense. Asked twice, each goes out once.
 * @returns how many; undefined without a mail server
 */
export async function retryMails(
  deps: Deps,
  scope: OutboxScope,
  q: string,
  by: Types.ObjectId,
): Promise<number | undefined> {
  if (!deps.config.smtpUrl) return undefined;
  const now = deps.now();
  const { modifiedCount } = await Notification.updateMany(retryable(scope, q, now), {
    $set: { state: 'queued', attempts: 0, nextAt: now },
    $unset: { fault: true },
  });
  if (modifiedCount === 0) return 0;
  await recordAudit({ ...scope, user: by, action: 'retry mails', detail: { mails: modifiedCount }, at: now });
  await deps.queue.add('deliver-notifications', 'outbox');
  return modifiedCount;
}
