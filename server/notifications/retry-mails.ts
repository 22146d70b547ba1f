import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Notification } from '../models/notification.js';
import { searchFilter, type OutboxScope } from './queries.js';

/**
 * Puts all failed mails that a search finds back in line, but for those to whoever wants none and to what is no address. Asked twice, each
 * goes out once. @returns how many; undefined without a mail server
 */
export async function retryMails(
  deps: Deps,
  scope: OutboxScope,
  q: string,
  by: Types.ObjectId,
): Promise<number | undefined> {
  if (!deps.config.smtpUrl) return undefined;
  const now = deps.now();
  const { modifiedCount } = await Notification.updateMany(
    { ...scope, ...searchFilter(q), state: 'failed', 'fault.code': { $nin: ['unsubscribed', 'no address'] } },
    { $set: { state: 'queued', attempts: 0, nextAt: now }, $unset: { fault: true } },
  );
  if (modifiedCount === 0) return 0;
  await recordAudit({ ...scope, user: by, action: 'retry mails', detail: { mails: modifiedCount }, at: now });
  await deps.queue.add('deliver-notifications', 'outbox');
  return modifiedCount;
}
