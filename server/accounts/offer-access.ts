import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { OneTimeLink } from '../models/one-time-link.js';
import type { AccessLevel, User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import { hashSecret, makeSecret } from '../seal.js';
import type { Actor } from '../web/actor.js';

const DAY = 24 * 3600_000;
const DAYS = 7;

/**
 * Offers somebody who has a login already access to this account, by a mailed link; an earlier offer of the account ends. Nothing of
 * the login changes. The link alone is worth nothing: whoever opens it must log in with the login's password.
 */
export async function offerAccess(
  deps: Deps,
  actor: Actor,
  user: Pick<User, '_id' | 'email'>,
  { name, level }: { name: string; level: AccessLevel },
): Promise<void> {
  const secret = makeSecret();
  const { publicUrl } = deps.config;
  await OneTimeLink.deleteMany({ kind: 'offer', user: user._id, 'offer.account': actor.account });
  await OneTimeLink.create({
    _id: hashSecret(secret),
    kind: 'offer',
    user: user._id,
    offer: { account: actor.account, level, name },
    expiresAt: new Date(deps.now().getTime() + DAYS * DAY),
  });
  await queueMail(deps, {
    account: actor.account,
    kind: 'invitation',
    to: user.email,
    subject: `${actor.accountName} invites you to Slotbell`,
    // No name: of a login whose address is not proven a stranger may have chosen it.
    text: `Hello,\n\n${actor.accountName} invites you to work in Slotbell, its parent-teacher conference scheduler. You have a login with this email address already. Open this link and log in with the password you have:\n${publicUrl}/invitation/${secret}\n\nNothing about your login changes. Forgot your password, or it wasn't you who registered? Choose a new one first, then open the link above:\n${publicUrl}/forgot\n\nThe link works once, within ${String(DAYS)} days. If you don't want this access, ignore this email.\n`,
    key: `offer:${hashSecret(secret)}`,
    secret: true,
  });
}

/** Changes the level that is offered to somebody, or takes the offer back. @returns false when nothing is offered to them here */
export async function changeOffer(
  account: Types.ObjectId,
  user: Types.ObjectId,
  level: AccessLevel | 'none',
  was?: AccessLevel,
): Promise<boolean> {
  const offered = {
    kind: 'offer' as const,
    user,
    'offer.account': account,
    ...(was === undefined ? {} : { 'offer.level': was }),
  };
  if (level === 'none') return (await OneTimeLink.deleteMany(offered)).deletedCount > 0;
  return (await OneTimeLink.updateMany(offered, { $set: { 'offer.level': level } })).matchedCount > 0;
}
