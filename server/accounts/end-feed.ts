import type { Types } from 'mongoose';
import { CalendarFeed } from '../models/calendar-feed.js';
import type { Words } from '../web/words.js';

/**
 * Ends a login's calendar link once its sessions have ended: whoever knew the former password may have the link.
 * @returns whether there was one
 */
export async function endFeed(user: Types.ObjectId): Promise<boolean> {
  return (await CalendarFeed.deleteOne({ user })).deletedCount > 0;
}

/** What is said after what was changed; nothing where there was no link. */
export function sayFeedEnded(t: Words, hadFeed: boolean): string {
  return hadFeed ? ` ${t('calendar.ended')}` : '';
}
