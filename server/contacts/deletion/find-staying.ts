import { Types } from 'mongoose';
import { Contact, type ContactType } from '../../models/contact.js';
import { documentsOf, findTogether } from '../../models/find-together.js';
import { offeredGrants, OneTimeLink } from '../../models/one-time-link.js';
import { ACCESS_LEVELS, User, type AccessLevel } from '../../models/user.js';

/** A login of somebody who works here or has an offer to, and the contacts that they are. */
export interface StaffLogin {
  user: Types.ObjectId;
  /** The highest level that is granted or offered to them in the account. */
  highest: AccessLevel;
  contacts: { _id: Types.ObjectId; type: ContactType }[];
}

/**
 * All staff logins of the account. A login is a contact if a grant names the contact or the contact has its email address; students are
 * never matched.
 * @param own a login that counts as an administrator's, whatever level it has now
 */
export async function readStaff(
  account: Types.ObjectId,
  own: Types.ObjectId,
  now: Date,
): Promise<StaffLogin[]> {
  const links = await OneTimeLink.find({ 'offer.account': account, expiresAt: { $gt: now } }).lean();
  const offered = new Map(
    links.flatMap(({ user, offer }) =>
      user && offer ? [[user.toHexString(), offeredGrants(offer)] as const] : [],
    ),
  );
  const fields = { email: 1, grants: 1 } as const;
  const { granted, others } = await findTogether({
    granted: documentsOf(
      User,
      {
        grants: { $elemMatch: { account, level: { $ne: 'customer' } } },
        'grants.account': account,
      },
      { fields },
    ),
    others: documentsOf(
      User,
      { _id: { $in: [own, ...[...offered.keys()].map((id) => new Types.ObjectId(id))] } },
      { fields },
    ),
  });
  const logins = [...new Map([...granted, ...others].map((user) => [user._id.toHexString(), user])).values()];
  const held = logins.map((user) => {
    const grants = [
      ...user.grants.filter((grant) => grant.account.equals(account)),
      ...(offered.get(user._id.toHexString()) ?? []),
    ];
    const levels = grants.map(({ level }) => level);
    return {
      user: user._id,
      email: user.email,
      highest: user._id.equals(own)
        ? ('administrator' as const)
        : (ACCESS_LEVELS.findLast((level) => levels.includes(level)) ?? 'customer'),
      ids: grants.flatMap(({ contact }) => contact ?? []),
    };
  });
  const { byIds, byEmail } = await findTogether({
    byIds: contactsWith(account, { _id: { $in: held.flatMap(({ ids }) => ids) } }),
    byEmail: contactsWith(account, { email: { $in: held.map(({ email }) => email) } }),
  });
  const byId = new Map(byIds.map((contact) => [contact._id.toHexString(), contact]));
  const withEmail = new Map<string, StaffLogin['contacts']>();
  for (const contact of byEmail)
    withEmail.set(contact.email, [...(withEmail.get(contact.email) ?? []), contact]);
  return held.map(({ user, highest, ids, email }) => ({
    user,
    highest,
    contacts: [...ids.flatMap((id) => byId.get(id.toHexString()) ?? []), ...(withEmail.get(email) ?? [])],
  }));
}

function contactsWith(account: Types.ObjectId, which: object) {
  const filter = { account, type: { $ne: 'student' as const }, ...which };
  return documentsOf(Contact, filter, { fields: { type: 1, email: 1 } });
}
