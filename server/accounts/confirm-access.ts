import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import type { OneTimeLink } from '../models/one-time-link.js';
import { User } from '../models/user.js';
import { takeLink } from './send-link.js';
import { provedEmail } from './set-password.js';

/**
 * Gives whoever opened the link of an offer, and is logged in as the one it was made to, the access. Link and password together
 * prove the address. @returns what was offered, or undefined when the offer is used up, over or taken back
 */
export async function acceptAccess(
  deps: Pick<Deps, 'now'>,
  user: Pick<User, '_id'>,
  secret: unknown,
): Promise<OneTimeLink['offer']> {
  const link = await takeLink(secret, ['offer'], deps.now());
  if (!link?.offer || !link.user?.equals(user._id)) return undefined;
  const { account, level } = link.offer;
  await User.updateOne(
    {
      _id: user._id,
      grants: { $not: { $elemMatch: { account, level: { $ne: 'customer' } } } },
      'blocks.account': { $ne: account },
    },
    { $push: { grants: { account, level } } },
  );
  await provedEmail(user._id, deps.now());
  await recordAudit({
    account,
    user: user._id,
    action: 'accept access',
    targets: [user._id],
    detail: { level },
    at: deps.now(),
  });
  return link.offer;
}
