import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Account } from '../models/account.js';
import { User } from '../models/user.js';
import type { Actor } from '../web/actor.js';
import { forbidden, HttpError } from '../web/errors.js';

/** Far longer than a change takes. If a process dies with the lock, others wait no longer than this. */
const LOCK_MS = 10_000;
const LOOK_MS = 40;

/**
 * Changes who may do what in an account: one person at a time, and only while the person who asks is still an administrator. Nobody changes
 * their own access, so whoever made the last change is an administrator afterwards, and the account always has one, even if two people take
 * away each other's access. The lock expires by the database's clock and is checked last before the change.
 * @throws HttpError 403 if somebody took away the asking person's access meanwhile
 */
export async function lockAccess<T>(
  { account, user }: Pick<Actor, 'account' | 'user'>,
  change: () => Promise<T>,
): Promise<T> {
  const by = randomUUID();
  const from = Date.now();
  while (!(await take())) {
    if (Date.now() - from > LOCK_MS) throw busy();
    await wait(LOOK_MS);
  }
  try {
    const administers = { account, level: 'administrator' as const, event: { $exists: false } };
    if (!(await User.exists({ _id: user, grants: { $elemMatch: administers } }))) throw forbidden();
    // The lock may have expired and belong to somebody else: what was read under it may be outdated.
    if (!(await isHeld())) throw busy();
    return await change();
  } finally {
    await Account.updateOne({ _id: account, 'accessLock.by': by }, { $unset: { accessLock: 1 } });
  }

  async function take(): Promise<boolean> {
    const isFree = {
      $or: [{ accessLock: { $exists: false } }, { $expr: { $lt: ['$accessLock.until', '$$NOW'] } }],
    };
    const taken = await Account.updateOne(
      { _id: account, ...isFree },
      [{ $set: { accessLock: { by, until: { $add: ['$$NOW', LOCK_MS] } } } }],
      { updatePipeline: true },
    );
    return taken.matchedCount === 1;
  }

  async function isHeld(): Promise<boolean> {
    const lasts = { $expr: { $gt: ['$accessLock.until', '$$NOW'] } };
    return (await Account.exists({ _id: account, 'accessLock.by': by, ...lasts })) !== null;
  }
}

function busy(): HttpError {
  return new HttpError(409, 'Somebody else is changing access right now', 'Try again in a moment.');
}
