import type { Deps } from '../../deps.js';
import { OneTimeLink } from '../../models/one-time-link.js';
import { User } from '../../models/user.js';
import { endFeed } from '../end-feed.js';
import { hashPassword } from '../hash-password.js';
import { noteOwn, tellOwner } from './note-own.js';

/**
 * Gives a login its first password, for who logged in by a mailed link. Other sessions end, mailed links and that of
 * the calendar stop working, and the owner is told.
 * @returns undefined if it has one by now
 */
export async function chooseFirstPassword(
  deps: Deps,
  user: User,
  password: string,
): Promise<{ user: User; hadFeed: boolean } | undefined> {
  const passwordHash = await hashPassword(password);
  const changed = await User.findOneAndUpdate(
    { _id: user._id, email: user.email, passwordHash: { $exists: false }, emailProvenAt: { $exists: true } },
    { $set: { passwordHash, sessionsFrom: deps.now() } },
    { returnDocument: 'after' },
  ).lean();
  if (!changed) return undefined;
  await OneTimeLink.deleteMany({ user: user._id, kind: 'new password' });
  await OneTimeLink.deleteMany({ email: user.email, kind: 'log in' });
  const hadFeed = await endFeed(user._id);
  await noteOwn(deps, changed, 'change own password');
  await tellOwner(deps, changed, {
    to: changed.email,
    subject: 'mails.passwordChosenSubject',
    text: 'mails.passwordChosen',
    once: passwordHash.slice(-40),
    hadFeed,
  });
  return { user: changed, hadFeed };
}
