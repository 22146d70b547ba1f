import type { Types } from 'mongoose';
import { Notification } from '../models/notification.js';

/** Of some mailings those of which a mail went out, or is about to: none where all were kept for want of a mail server, or failed. */
export function findGoing(mailings: Types.ObjectId[]): Promise<Types.ObjectId[]> {
  return Notification.distinct('mailing', {
    // Saying that there is one is what lets the partial index answer.
    mailing: { $in: mailings, $exists: true },
    state: { $in: ['queued', 'sending', 'sent'] },
  });
}
