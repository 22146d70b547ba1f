import type { Types } from 'mongoose';
import { User } from '../models/user.js';
import { endLinks } from './end-links.js';
import { hashPassword } from './hash-password.js';

/** Sets a password chosen through a mailed link. That proves the address, and ends other sessions and links, the calendar's too. */
export async function setPassword(
  id: Types.ObjectId,
  password: string,
  now: Date,
): Promise<{ user: User; hadFeed: boolean } | null> {
  const passwordHash = await hashPassword(password);
  // This comes before the address counts as proven: the former password may be a stranger's.
  const changed = await User.findOneAndUpdate(
    { _id: id },
    { $set: { passwordHash, sessionsFrom: now } },
    { projection: { email: 1 } },
  ).lean();
  if (!changed) return null;
  const hadFeed = await endLinks(changed, ['new password', 'invitation', 'prove e-mail']);
  const user = await provedEmail(id, now);
  return user && { user, hadFeed };
}

/** Notes that the link sent to the address was opened; only the first time counts. */
export async function provedEmail(id: Types.ObjectId, now: Date): Promise<User | null> {
  await User.updateOne({ _id: id, emailProvenAt: { $exists: false } }, { $set: { emailProvenAt: now } });
  return User.findById(id).lean();
}
