import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { offeredGrants, OneTimeLink } from '../models/one-time-link.js';
import { User } from '../models/user.js';
import { offerAccess, type Inviting } from './offer-access.js';
import { sendLink } from './send-link.js';

/**
 * Mails an invitation again with a new link; the earlier link stops working. It does nothing for somebody who has answered meanwhile, or
 * whose address has changed: the invitation was for the former address.
 * @param once names this request: a repetition mails nothing
 */
export async function inviteAgain(
  deps: Deps,
  actor: Inviting,
  id: Types.ObjectId,
  once: string,
): Promise<'invited' | 'gone'> {
  const { account } = actor;
  const user = await User.findById(id).lean();
  const offer =
    user &&
    (await OneTimeLink.findOne({
      kind: 'offer',
      user: id,
      // One from before 0.8 has no address: it goes to the one that whoever sends it again has before them.
      email: { $in: [user.email, null] },
      'offer.account': account,
      expiresAt: { $gt: deps.now() },
    }).lean());
  if (user && offer?.offer) {
    const grants = offer.email === undefined ? offeredGrants(offer.offer) : [];
    await offerAccess(deps, actor, user, { name: offer.offer.name, grants }, once);
    return 'invited';
  }
  const works = user?.grants.some((grant) => grant.account.equals(account) && grant.level !== 'customer');
  if (!user || !works || user.passwordHash !== undefined) return 'gone';
  await sendLink(deps, 'invitation', user, { once });
  return 'invited';
}
