import type { Types } from 'mongoose';
import { OneTimeLink } from '../models/one-time-link.js';
import { User } from '../models/user.js';
import { endFeed } from './end-feed.js';
import { hashPassword } from './hash-password.js';

/**
 * Sets a password chosen through a mailed link. That proves the address; other sessions end and other links stop working, that of the
 * calendar too.
 */
export async function setPassword(
  id: Types.ObjectId,
  password: string,
  now: Date,
): Promise<{ user: User; hadFeed: boolean } | null> {
  const passwordHash = await hashPassword(password);
  // This comes before the address counts as proven: the former password may be a stranger's.
  await User.updateOne({ _id: id }, { $set: { passwordHash, sessionsFrom: now } });
  const others = { $in: ['new password', 'invitation', 'prove e-mail'] as const };
  await OneTimeLink.deleteMany({ user: id, kind: others });
  const hadFeed = await endFeed(id);
  const user = await provedEmail(id, now);
  if (user) await OneTimeLink.deleteMany({ email: user.email, kind: 'log in' });
  return user && { user, hadFeed };
}

/** Notes that the link sent to the address was opened; only the first time counts. */
export async function provedEmail(id: Types.ObjectId, now: Date): Promise<User | null> {
  await User.updateOne({ _id: id, emailProvenAt: { $exists: false } }, { $set: { emailProvenAt: now } });
  return User.findById(id).lean();
}
