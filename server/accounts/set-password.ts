import type { Types } from 'mongoose';
import { OneTimeLink } from '../models/one-time-link.js';
import { User } from '../models/user.js';
import { hashPassword } from './hash-password.js';

/** Sets a password chosen behind a mailed link: the address is proven by it, other sessions end, other links stop working. */
export async function setPassword(id: Types.ObjectId, password: string, now: Date): Promise<User | null> {
  const passwordHash = await hashPassword(password);
  const user = await User.findOneAndUpdate(
    { _id: id },
    [{ $set: { passwordHash, sessionsFrom: now, emailProvenAt: { $ifNull: ['$emailProvenAt', now] } } }],
    { returnDocument: 'after', updatePipeline: true },
  ).lean();
  await OneTimeLink.deleteMany({ user: id, kind: { $in: ['new password', 'invitation'] } });
  return user;
}

/** The link that was sent to the address was opened. */
export function provedEmail(id: Types.ObjectId, now: Date): Promise<User | null> {
  return User.findOneAndUpdate(
    { _id: id },
    [{ $set: { emailProvenAt: { $ifNull: ['$emailProvenAt', now] } } }],
    { returnDocument: 'after', updatePipeline: true },
  ).lean();
}
