import type { QueryFilter } from 'mongoose';
import type { Deps } from '../../deps.js';
import { User } from '../../models/user.js';
import { endLinks } from '../end-links.js';
import { checkPassword, hashPassword } from '../hash-password.js';
import { noteOwn, tellOwner } from './note-own.js';

type Changed = { user: User; hadFeed: boolean } | undefined;

/**
 * Changes somebody's own password, if they know the current one.
 * @returns undefined if the password is wrong, or was changed at the same moment
 */
export async function changePassword(
  deps: Deps,
  user: User,
  { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
): Promise<Changed> {
  if (!(await checkPassword(user.passwordHash, currentPassword))) return undefined;
  return takePassword(deps, { _id: user._id, passwordHash: user.passwordHash ?? '' }, newPassword, {
    subject: 'mails.passwordChangedSubject',
    text: 'mails.passwordChanged',
  });
}

/**
 * Gives a login its first password, for who logged in by a mailed link.
 * @returns undefined if it has one by now
 */
export async function chooseFirstPassword(
  deps: Deps,
  { _id, email }: User,
  password: string,
): Promise<Changed> {
  const hasNone = { _id, email, passwordHash: { $exists: false }, emailProvenAt: { $exists: true } };
  return takePassword(deps, hasNone, password, {
    subject: 'mails.passwordChosenSubject',
    text: 'mails.passwordChosen',
  });
}

/** Other sessions end, mailed links and that of the calendar stop working, and the owner is told by mail. */
async function takePassword(
  deps: Deps,
  asSeen: QueryFilter<User>,
  password: string,
  mail: { subject: string; text: string },
): Promise<Changed> {
  const passwordHash = await hashPassword(password);
  const user = await User.findOneAndUpdate(
    asSeen,
    { $set: { passwordHash, sessionsFrom: deps.now() } },
    { returnDocument: 'after' },
  ).lean();
  if (!user) return undefined;
  const hadFeed = await endLinks(user, ['new password', 'new e-mail']);
  await noteOwn(deps, user, 'change own password');
  await tellOwner(deps, user, { ...mail, to: user.email, once: passwordHash.slice(-40), hadFeed });
  return { user, hadFeed };
}
