import type { Types } from 'mongoose';
import { Account } from '../models/account.js';
import { OneTimeLink } from '../models/one-time-link.js';
import { User, type AccessLevel } from '../models/user.js';
import { accountsOf } from './load-actor.js';

export function findUserByEmail(email: string): Promise<User | null> {
  return User.findOne({ email }).lean();
}

/** The accounts a login may work in, by name. */
export async function accountChoices(
  user: Pick<User, 'grants' | 'blocks'>,
): Promise<{ id: string; name: string }[]> {
  const accounts = await Account.find({ _id: { $in: accountsOf(user) } }, { name: 1 }).lean();
  return accounts
    .map((account) => ({ id: account._id.toHexString(), name: account.name }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

export interface LoginRow {
  id: string;
  name: string;
  email: string;
  level: AccessLevel;
  /** Has never set a password: the invitation is still open. */
  invited: boolean;
}

/** Staff who log in to one account, and those to whom it is offered, by e-mail. */
export async function staffLogins(account: Types.ObjectId, now: Date): Promise<LoginRow[]> {
  const users = await User.find({
    grants: { $elemMatch: { account, level: { $ne: 'customer' } } },
    'grants.account': account,
  })
    .sort({ email: 1 })
    .lean();
  const rows = users.map((user) => ({
    id: user._id.toHexString(),
    name: user.name,
    email: user.email,
    level:
      user.grants.find((grant) => grant.account.equals(account) && grant.level !== 'customer')?.level ??
      'customer',
    invited: user.passwordHash === undefined,
  }));
  return [...rows, ...(await offered(account, now))].sort((a, b) => (a.email < b.email ? -1 : 1));
}

/** Under the name that the account gave them: the login's own is told to nobody before they accept. */
async function offered(account: Types.ObjectId, now: Date): Promise<LoginRow[]> {
  const links = await OneTimeLink.find({ 'offer.account': account, expiresAt: { $gt: now } }).lean();
  const users = await User.find(
    { _id: { $in: links.flatMap(({ user }) => user ?? []) } },
    { email: 1 },
  ).lean();
  return links.flatMap(({ user, offer }) => {
    const login = users.find(({ _id }) => user?.equals(_id));
    if (!login || !offer) return [];
    return [
      {
        id: login._id.toHexString(),
        name: offer.name,
        email: login.email,
        level: offer.level,
        invited: true,
      },
    ];
  });
}
