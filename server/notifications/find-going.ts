import type { Types } from 'mongoose';
import { Notification } from '../models/notification.js';

/** Of some mailings those of which a mail went out, or is about to: none where all were kept for want of a mail server, or failed. */
export async function findGoing(mailings: Types.ObjectId[]): Promise<Types.ObjectId[]> {
  if (mailings.length === 0) return [];
  return Notification.distinct('mailing', {
    // Saying that there is one is what lets the partial index answer.
    mailing: { $in: mailings, $exists: true },
    state: { $in: ['queued', 'sending', 'sent'] },
  });
}
