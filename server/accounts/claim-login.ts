import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { OneTimeLink } from '../models/one-time-link.js';
import { User } from '../models/user.js';
import { nameIn, NOTHING, type ClearHouseholds, type Cleared } from './choose-password.js';
import { findUserByEmail } from './queries.js';
import { provedEmail } from './set-password.js';

/** Who opened a link that was mailed to their address. */
export interface Opener {
  email: string;
  name: string;
  language: string;
  /** The school at whose event they asked; absent: a login is not made. */
  account?: Types.ObjectId | undefined;
  /** They also know the password with which the address was registered. */
  knowsPassword: boolean;
}

/** A login that is its address's owner's now. */
export interface Claimed {
  user: User;
  cleared: Cleared;
  /** A password that somebody had chosen was removed. */
  hadPassword: boolean;
}

/**
 * The login of an address whose mailed link was opened, made if there is none. That proves the address. What somebody entered before under
 * an address that was not proven, and the password that they chose, are removed, unless the opener knows the password too: else whoever
 * registered with another's address would stay in. May be repeated: until the last step the address is not proven.
 * @returns null if there is no such login and none is made
 */
export async function claimLogin(
  deps: Deps,
  clear: ClearHouseholds,
  opener: Opener,
): Promise<Claimed | null> {
  const found = (await findUserByEmail(opener.email)) ?? (await makeLogin(deps, opener));
  if (!found) return null;
  if (found.emailProvenAt) return { user: found, cleared: NOTHING, hadPassword: false };
  let cleared = NOTHING;
  const hadPassword = !opener.knowsPassword && found.passwordHash !== undefined;
  if (!opener.knowsPassword) {
    const name = opener.name || nameIn(opener.email);
    const isTaken = await User.updateOne(
      { _id: found._id, emailProvenAt: { $exists: false } },
      { $unset: { passwordHash: 1 }, $set: { sessionsFrom: deps.now(), name } },
    );
    if (isTaken.matchedCount === 1) {
      await OneTimeLink.deleteMany({ user: found._id, kind: { $in: ['prove e-mail', 'new e-mail'] } });
      cleared = await clear(deps, found);
    }
  }
  const user = await provedEmail(found._id, deps.now());
  return user && { user, cleared, hadPassword };
}

async function makeLogin(deps: Deps, { email, name, language, account }: Opener): Promise<User | null> {
  if (!account) return null;
  const now = deps.now();
  try {
    const made = await User.create({
      email,
      name: name || nameIn(email),
      language,
      emailProvenAt: now,
      grants: [{ account, level: 'customer' }],
      createdAt: now,
    });
    return made.toObject();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // Somebody registered with the address at this moment: that is looked at like any other.
    return findUserByEmail(email);
  }
}
