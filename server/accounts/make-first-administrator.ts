import { randomInt } from 'node:crypto';
import { Types } from 'mongoose';
import { Account } from '../models/account.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { OneTimeLink, type BegunSetUp } from '../models/one-time-link.js';
import { User } from '../models/user.js';
import { hashSecret } from '../seal.js';
import { hashPassword } from './hash-password.js';
import type { Setup } from './schema.js';

/** Characters without letters and digits that look alike. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const FIRST = 'first administrator';
const BEGUN = 'set-up';
/** How long a code that nobody uses is valid; every start prints a new one anyway. */
const CODE_DAYS = 30;

/**
 * Makes the one-time code that guards the set-up page, while this installation is not set up.
 * @returns the code to print, or undefined when the installation is set up.
 */
export async function makeSetupCode(now: Date): Promise<string | undefined> {
  if (await isSetUp(now)) return undefined;
  const letters = Array.from({ length: 12 }, () => ALPHABET.charAt(randomInt(ALPHABET.length)));
  const code = [letters.slice(0, 4), letters.slice(4, 8), letters.slice(8)]
    .map((part) => part.join(''))
    .join('-');
  await OneTimeLink.create({ _id: hashSecret(plainCode(code)), kind: FIRST, expiresAt: inDays(now) });
  return code;
}

/** Whether there is an account with somebody who can log in. A setup that has begun is finished first. */
export async function isSetUp(now: Date): Promise<boolean> {
  const begun = await OneTimeLink.findOne({ _id: BEGUN, expiresAt: { $gt: now } }).lean();
  if (begun?.begun) await finishSetUp(begun.begun, now);
  return (await Account.exists({})) !== null && (await User.exists({})) !== null;
}

/**
 * Makes the account and its first administrator. The request is stored first, in a document of which there can be only one: of two people
 * who try at once, one succeeds. If the process dies in between, the next start or request finishes it, so that the password chosen here
 * works.
 */
export async function makeFirstAdministrator(
  setup: Setup,
  now: Date,
): Promise<
  { ok: true; user: User; account: Types.ObjectId } | { ok: false; reason: 'wrong code' | 'already set up' }
> {
  if (await isSetUp(now)) return { ok: false, reason: 'already set up' };
  const code = { _id: hashSecret(plainCode(setup.code)), kind: FIRST, expiresAt: { $gt: now } } as const;
  if (!(await OneTimeLink.exists(code))) return { ok: false, reason: 'wrong code' };
  const { accountName, timeZone, name, email } = setup;
  const passwordHash = await hashPassword(setup.password);
  // In an older version, a setup that was cut off left an account without logins.
  const left = await Account.findOne({}, { _id: 1 }).lean();
  const [account, user] = [left?._id ?? new Types.ObjectId(), new Types.ObjectId()];
  const begun = { account, accountName, timeZone, user, name, email, passwordHash };
  try {
    await OneTimeLink.create({ _id: BEGUN, kind: 'set-up', begun, expiresAt: inDays(now) });
  } catch (error) {
    if (isDuplicateKey(error)) return { ok: false, reason: 'already set up' };
    throw error;
  }
  await finishSetUp(begun, now);
  const made = await User.findById(user).lean();
  return made ? { ok: true, user: made, account } : { ok: false, reason: 'already set up' };
}

/** Makes what is still missing from a setup that has begun. Several processes may do it at once, and any of them may die. */
async function finishSetUp(begun: BegunSetUp, now: Date): Promise<void> {
  const { account, accountName, timeZone, user, name, email, passwordHash } = begun;
  await onlyOnce(
    Account.updateOne(
      { _id: account },
      { $set: { name: accountName, timeZone }, $setOnInsert: { createdAt: now } },
      { upsert: true },
    ),
  );
  const grants = [{ account, level: 'administrator' as const }];
  await onlyOnce(
    User.updateOne(
      { email },
      { $setOnInsert: { _id: user, name, passwordHash, emailProvenAt: now, grants, createdAt: now } },
      { upsert: true },
    ),
  );
  await OneTimeLink.deleteMany({ kind: FIRST });
  // The document stays, without the request: somebody who looked before may still be about to begin.
  await OneTimeLink.updateOne({ _id: BEGUN }, { $unset: { begun: 1 } });
}

/** Waits for a write that another process may be doing at the same time. */
async function onlyOnce(write: PromiseLike<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

function inDays(now: Date): Date {
  return new Date(now.getTime() + CODE_DAYS * 24 * 3600_000);
}

function plainCode(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
