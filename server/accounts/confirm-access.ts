import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { offeredGrants, type OneTimeLink } from '../models/one-time-link.js';
import { ofReach, User } from '../models/user.js';
import { takeLink } from './send-link.js';
import { provedEmail } from './set-password.js';

/**
 * Gives whoever opened the link of an offer, and is logged in as the one it was made to, the access. Link and password together
 * prove the address. The login must still have the address that was invited. @returns what was offered, or undefined when the offer is used up, over or taken back
 */
export async function acceptAccess(
  deps: Pick<Deps, 'now'>,
  user: Pick<User, '_id'>,
  secret: unknown,
): Promise<OneTimeLink['offer']> {
  const link = await takeLink(secret, ['offer'], deps.now());
  if (!link?.offer || !link.email || !link.user?.equals(user._id)) return undefined;
  const { email } = link;
  if (!(await User.exists({ _id: user._id, email }))) return undefined;
  const { account } = link.offer;
  const grants = offeredGrants(link.offer);
  for (const grant of grants)
    await User.updateOne(
      {
        _id: user._id,
        email,
        grants: { $not: { $elemMatch: { account, level: { $ne: 'customer' }, ...ofReach(grant) } } },
        'blocks.account': { $ne: account },
      },
      { $push: { grants: grant } },
    );
  await provedEmail(user._id, deps.now());
  await recordAudit({
    account,
    user: user._id,
    action: 'accept access',
    targets: [user._id],
    detail: { levels: grants.map(({ level }) => level) },
    at: deps.now(),
  });
  return link.offer;
}
