import { recordAudit } from '../audit/record-audit.js';
import { Mailing } from '../models/mailing.js';
import type { Actor } from '../web/actor.js';

/**
 * Cancels a mailing before its first mail is in the outbox.
 * @returns false if it is too late, or if it was canceled already
 */
export async function cancelMailing(
  actor: Actor,
  { _id, account, event }: Pick<Mailing, '_id' | 'account' | 'event'>,
  now: Date,
): Promise<boolean> {
  const canceled = await Mailing.updateOne(
    { _id, account, event, state: { $in: ['scheduled', 'collecting'] } },
    { $set: { state: 'canceled', why: 'asked' } },
  );
  if (canceled.modifiedCount === 0) return false;
  await recordAudit({
    account,
    event,
    user: actor.user,
    action: 'cancel group email',
    targets: [_id],
    at: now,
  });
  return true;
}
