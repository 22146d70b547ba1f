import { randomInt } from 'node:crypto';
import { Account } from '../models/account.js';
import { OneTimeLink } from '../models/one-time-link.js';
import { User } from '../models/user.js';
import { hashSecret } from '../seal.js';
import { hashPassword } from './hash-password.js';
import type { Setup } from './schema.js';

/** Without letters and digits that look alike. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const FIRST = 'first administrator';
/** A code that nobody used; a new one is printed at every start anyway. */
const CODE_DAYS = 30;

/**
 * Makes the one-time code that guards the set-up page, while this installation has no account.
 * @returns the code to print, or undefined when the installation is set up.
 */
export async function makeSetupCode(now: Date): Promise<string | undefined> {
  if (await Account.exists({})) return undefined;
  const letters = Array.from({ length: 12 }, () => ALPHABET.charAt(randomInt(ALPHABET.length)));
  const code = [letters.slice(0, 4), letters.slice(4, 8), letters.slice(8)]
    .map((part) => part.join(''))
    .join('-');
  await OneTimeLink.create({
    _id: hashSecret(plainCode(code)),
    kind: FIRST,
    expiresAt: new Date(now.getTime() + CODE_DAYS * 24 * 3600_000),
  });
  return code;
}

/**
 * Makes the account and its first administrator. Of two who try at once, one does: the code is used up first.
 * A process that dies in between leaves no account, so the next start prints a new code.
 */
export async function makeFirstAdministrator(
  setup: Setup,
  now: Date,
): Promise<
  { ok: true; user: User; account: Account } | { ok: false; reason: 'wrong code' | 'already set up' }
> {
  if (await Account.exists({})) return { ok: false, reason: 'already set up' };
  const code = await OneTimeLink.findOneAndDelete({
    _id: hashSecret(plainCode(setup.code)),
    kind: FIRST,
    expiresAt: { $gt: now },
  });
  if (!code) return { ok: false, reason: 'wrong code' };
  const passwordHash = await hashPassword(setup.password);
  const account = await Account.create({ name: setup.accountName, timeZone: setup.timeZone, createdAt: now });
  const user = await User.create({
    email: setup.email,
    name: setup.name,
    passwordHash,
    emailProvenAt: now,
    grants: [{ account: account._id, level: 'administrator' }],
    createdAt: now,
  });
  await OneTimeLink.deleteMany({ kind: FIRST });
  return { ok: true, user: user.toObject(), account: account.toObject() };
}

function plainCode(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
