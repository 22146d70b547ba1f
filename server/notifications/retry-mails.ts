import type { QueryFilter, Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Notification } from '../models/notification.js';
import { searchFilter, type OutboxScope } from './queries.js';

/** Older mails are sent again one by one: what they say may be over. */
const NEWEST_MS = 3 * 24 * 3600_000;

/** What can be tried again at once: not what nobody wants or can get, and no reminder, which would come too late. */
function retryable(scope: OutboxScope, q: string, now: Date): QueryFilter<Notification> {
  return {
    ...{ ...scope, ...searchFilter(q), state: 'failed' },
    createdAt: { $gte: new Date(now.getTime() - NEWEST_MS) },
    kind: { $ne: 'appointment reminder' },
    'fault.code': { $nin: ['unsubscribed', 'no address'] },
  };
}

/** How many failed mails that a search finds can be tried again at once. */
export function countRetryable(scope: OutboxScope, q: string, now: Date): Promise<number> {
  return Notification.countDocuments(retryable(scope, q, now));
}

/**
 * Puts the failed mails of the last days that a search finds back in line, as far as that makes sense. Asked twice, each goes out once.
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
