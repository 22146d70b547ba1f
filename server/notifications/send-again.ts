import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Notification } from '../models/notification.js';
import { SENDABLE, stillHolds } from './policy.js';
import type { OutboxScope } from './queries.js';

/** Queues a kept or failed mail again because a person asks for it. Asked twice, it is sent once. */
export async function sendAgain(
  deps: Deps,
  scope: OutboxScope,
  id: Types.ObjectId,
  by: Types.ObjectId,
): Promise<{ ok: true } | { ok: false; reason: 'no mail server' | 'on its way' }> {
  if (!deps.config.smtpUrl) return { ok: false, reason: 'no mail server' };
  const now = deps.now();
  const result = await Notification.updateOne(
    {
      ...scope,
      _id: id,
      state: { $in: SENDABLE },
      'fault.code': { $ne: 'unsubscribed' },
      ...stillHolds(now),
    },
    { $set: { state: 'queued', attempts: 0, nextAt: now }, $unset: { fault: true } },
  );
  if (result.modifiedCount === 0) return { ok: false, reason: 'on its way' };
  await recordAudit({ ...scope, user: by, action: 'send mail', targets: [id], at: now });
  await deps.queue.add('deliver-notifications', 'outbox');
  return { ok: true };
}
