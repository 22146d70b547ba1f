import type { Deps } from '../../deps.js';
import { OneTimeLink } from '../../models/one-time-link.js';
import { User } from '../../models/user.js';
import { endFeed } from '../end-feed.js';
import { checkPassword, hashPassword } from '../hash-password.js';
import { noteOwn, tellOwner } from './note-own.js';

/**
 * Changes somebody's own password, if they know the current one. Other sessions end, mailed links and that of the calendar stop working, and
 * the owner is told by mail.
 * @returns undefined if the password is wrong, or was changed at the same moment
 */
export async function changePassword(
  deps: Deps,
  user: User,
  { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
): Promise<{ user: User; hadFeed: boolean } | undefined> {
  if (!(await checkPassword(user.passwordHash, currentPassword))) return undefined;
  const passwordHash = await hashPassword(newPassword);
  const changed = await User.findOneAndUpdate(
    { _id: user._id, passwordHash: user.passwordHash ?? '' },
    { $set: { passwordHash, sessionsFrom: deps.now() } },
    { returnDocument: 'after' },
  ).lean();
  if (!changed) return undefined;
  await OneTimeLink.deleteMany({ user: user._id, kind: { $in: ['new password', 'new e-mail'] } });
  await OneTimeLink.deleteMany({ email: changed.email, kind: 'log in' });
  const hadFeed = await endFeed(user._id);
  await noteOwn(deps, changed, 'change own password');
  await tellOwner(deps, changed, {
    to: changed.email,
    subject: 'mails.passwordChangedSubject',
    text: 'mails.passwordChanged',
    once: passwordHash.slice(-40),
    hadFeed,
  });
  return { user: changed, hadFeed };
}
