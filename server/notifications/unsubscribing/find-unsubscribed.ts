import type { Types } from 'mongoose';
import { Unsubscription } from '../../models/unsubscription.js';

/** Which of an account's addresses want no reminders and no group emails; all such where none are named. */
export async function findUnsubscribed(account: Types.ObjectId, emails?: string[]): Promise<Set<string>> {
  const found = await Unsubscription.find(
    { account, ...(emails ? { email: { $in: emails } } : {}) },
    { email: 1 },
  ).lean();
  return new Set(found.map(({ email }) => email));
}
