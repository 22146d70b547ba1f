import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { offeredGrants, OneTimeLink } from '../models/one-time-link.js';
import { ofReach, type AccessLevel, type Grant, type Reach, type User } from '../models/user.js';
import { queueMail } from '../notifications/queue-mail.js';
import { hashSecret, makeSecret, secretFor } from '../seal.js';
import type { Actor } from '../web/actor.js';
import { answersTo, askOffice } from '../web/say-office.js';
import { isSent, sentKey } from './send-link.js';
import { isSameReach, reachKey } from './show-reach.js';

const DAY = 24 * 3600_000;
const DAYS = 7;

/** The person who invites, and their school. */
export type Inviting = Pick<Actor, 'account' | 'user' | 'accountName'>;

/**
 * Offers access to this account, by a mailed link, to somebody who already has a login. An earlier offer of the account ends; what it
 * offered is included in this one. The login itself does not change. The link alone opens nothing: whoever opens it must log in with the
 * login's password.
 * @param once names this mail: a repetition sends nothing
 */
export async function offerAccess(
  deps: Deps,
  actor: Inviting,
  user: Pick<User, '_id' | 'email'>,
  { name, grants }: { name: string; grants: Grant[] },
  once?: string,
): Promise<void> {
  if (once && (await isSent(once))) return;
  const secret = once ? secretFor(deps.config.appSecret, once) : makeSecret();
  const { publicUrl } = deps.config;
  const earlier = { kind: 'offer' as const, user: user._id, 'offer.account': actor.account };
  const { email } = user;
  // An offer to another address is not theirs.
  const before = (await OneTimeLink.find({ ...earlier, email, expiresAt: { $gt: deps.now() } }).lean())
    .flatMap(({ offer }) => (offer ? offeredGrants(offer) : []))
    .filter((one) => !grants.some((grant) => isSameReach(grant, one)));
  const link = hashSecret(secret);
  const offer = {
    account: actor.account,
    name,
    grants: [...new Map([...before, ...grants].map((grant) => [reachKey(grant), grant])).values()].map(
      ({ account: _, ...grant }) => grant,
    ),
  };
  const expiresAt = new Date(deps.now().getTime() + DAYS * DAY);
  // The new offer is stored before the earlier ones end: if the process dies in between, nothing that was offered is lost.
  await OneTimeLink.updateOne(
    { _id: link },
    { kind: 'offer', user: user._id, email, offer, expiresAt },
    { upsert: true },
  );
  await OneTimeLink.deleteMany({ ...earlier, _id: { $ne: link } });
  const school = await Account.findById(actor.account, { office: 1 }).lean();
  await queueMail(deps, {
    account: actor.account,
    kind: 'invitation',
    to: email,
    subject: `${actor.accountName} invites you to Slotbell`,
    // The mail has no name: a stranger may have chosen the name of a login whose address is not proven.
    text: `Hello,\n\n${actor.accountName} invites you to work in Slotbell, its parent-teacher conference scheduler. You have a login with this email address already. Open this link and log in with the password you have:\n${publicUrl}/invitation/${secret}\n\nNothing about your login changes. Forgot your password, or it wasn’t you who registered? Choose a new one first, then open the link above:\n${publicUrl}/forgot\n\nThe link works once, within ${String(DAYS)} days. If you don’t want this access, ignore this email.\n${askOffice(school)}`,
    ...answersTo(school),
    key: once ? sentKey(once) : `offer:${link}`,
    secret: true,
  });
}

/**
 * Changes a level that is offered to somebody, or withdraws it; the rest of the offer stays.
 * @returns false if it is not offered to them here
 */
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
