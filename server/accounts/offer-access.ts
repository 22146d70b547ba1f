import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { offeredGrants, OneTimeLink } from '../models/one-time-link.js';
import { ofReach, type AccessLevel, type Grant, type Reach, type User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import { hashSecret, makeSecret } from '../seal.js';
import type { Actor } from '../web/actor.js';
import { isSameReach } from './show-reach.js';

const DAY = 24 * 3600_000;
const DAYS = 7;

/**
 * Offers somebody who has a login already access to this account, by a mailed link; an earlier offer of the account ends, and what
 * it offered besides is in this one. Nothing of the login changes. The link alone is worth nothing: whoever opens it must log in
 * with the login's password.
 */
export async function offerAccess(
  deps: Deps,
  actor: Actor,
  user: Pick<User, '_id' | 'email'>,
  { name, grants }: { name: string; grants: Grant[] },
): Promise<void> {
  const secret = makeSecret();
  const { publicUrl } = deps.config;
  const earlier = { kind: 'offer' as const, user: user._id, 'offer.account': actor.account };
  const before = (await OneTimeLink.find({ ...earlier, expiresAt: { $gt: deps.now() } }).lean())
    .flatMap(({ offer }) => (offer ? offeredGrants(offer) : []))
    .filter((one) => !grants.some((grant) => isSameReach(grant, one)));
  await OneTimeLink.deleteMany(earlier);
  await OneTimeLink.create({
    _id: hashSecret(secret),
    kind: 'offer',
    user: user._id,
    offer: {
      account: actor.account,
      name,
      grants: [...before, ...grants].map(({ account: _, ...grant }) => grant),
    },
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

/** Changes a level that is offered to somebody, or takes it back; the rest of the offer stays. @returns false when it is not offered to them here */
export async function changeOffer(
  account: Types.ObjectId,
  user: Types.ObjectId,
  reach: Reach,
  { level, was }: { level: AccessLevel | 'none'; was?: AccessLevel | undefined },
): Promise<boolean> {
  const offered = { kind: 'offer' as const, user, 'offer.account': account };
  const seen = { ...ofReach(reach), ...(was === undefined ? {} : { level: was }) };
  const held = { ...offered, 'offer.grants': { $elemMatch: seen } };
  const changed =
    level === 'none'
      ? await OneTimeLink.updateMany(held, { $pull: { 'offer.grants': ofReach(reach) } })
      : await OneTimeLink.updateMany(held, { $set: { 'offer.grants.$.level': level } });
  if (level === 'none') await OneTimeLink.deleteMany({ ...offered, 'offer.grants': { $size: 0 } });
  if (changed.matchedCount > 0 || reach.event || reach.contact) return changed.matchedCount > 0;
  const old = { ...offered, 'offer.level': was ?? { $exists: true } };
  if (level === 'none') return (await OneTimeLink.deleteMany(old)).deletedCount > 0;
  return (await OneTimeLink.updateMany(old, { $set: { 'offer.level': level } })).matchedCount > 0;
}
