import type { Types } from 'mongoose';
import { Notification } from '../models/notification.js';

/**
 * Finds the mailings of which some mail went out or is about to. It leaves out mailings whose mails were all kept, because there was no
 * mail server, or failed.
 */
export async function findGoing(mailings: Types.ObjectId[]): Promise<Types.ObjectId[]> {
  if (mailings.length === 0) return [];
  return Notification.distinct('mailing', {
    // The partial index answers only a filter that asks for the field to exist.
    mailing: { $in: mailings, $exists: true },
    state: { $in: ['queued', 'sending', 'sent'] },
  });
}
