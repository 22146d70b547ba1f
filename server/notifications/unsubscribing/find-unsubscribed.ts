import type { Types } from 'mongoose';
import { Unsubscription } from '../../models/unsubscription.js';

/**
 * Which addresses of an account want no reminders and group emails.
 * @param emails only among these; absent: all such addresses
 */
export async function findUnsubscribed(account: Types.ObjectId, emails?: string[]): Promise<Set<string>> {
  const found = await Unsubscription.find(
    { account, ...(emails ? { email: { $in: emails } } : {}) },
    { email: 1 },
  ).lean();
  return new Set(found.map(({ email }) => email));
}
