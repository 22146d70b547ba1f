import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { offeredGrants, type OneTimeLink } from '../models/one-time-link.js';
import { ofReach, User } from '../models/user.js';
import { takeLink } from './send-link.js';
import { provedEmail } from './set-password.js';

/**
 * Grants an offer's access to somebody who opened its link and is logged in with the login that it was made to. Link and password together
 * prove the address, and the login must still have the invited address. A login that works at a school asks for a password, so one without any has to choose it first.
 * @returns what was offered, or undefined if the offer is used up, over or withdrawn
 */
export async function acceptAccess(
  deps: Pick<Deps, 'now'>,
  user: Pick<User, '_id'>,
  secret: unknown,
): Promise<OneTimeLink['offer']> {
  const hasPassword = { _id: user._id, passwordHash: { $exists: true } };
  if (!(await User.exists(hasPassword))) return undefined;
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
