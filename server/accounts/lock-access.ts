import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { User } from '../models/user.js';
import type { Actor } from '../web/actor.js';
import { forbidden, HttpError } from '../web/errors.js';

/** Well above what a change takes; a process that dies with the lock keeps others waiting no longer. */
const LOCK_MS = 10_000;
const LOOK_MS = 40;

/**
 * Changes who may do what in an account, one person at a time, and only while whoever asks is still its administrator. As nobody
 * changes their own access, whoever changed somebody's last is an administrator afterwards: the account is never left without one,
 * also when two take the access of each other.
 * @throws HttpError 403 where somebody took theirs meanwhile
 */
export async function lockAccess<T>(
  { now }: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  change: () => Promise<T>,
): Promise<T> {
  const by = randomUUID();
  const from = Date.now();
  while (!(await take())) {
    if (Date.now() - from > LOCK_MS)
      throw new HttpError(409, 'Somebody else is changing access right now', 'Try again in a moment.');
    await wait(LOOK_MS);
  }
  try {
    const administers = { account, level: 'administrator' as const, event: { $exists: false } };
    if (!(await User.exists({ _id: user, grants: { $elemMatch: administers } }))) throw forbidden();
    return await change();
  } finally {
    await Account.updateOne({ _id: account, 'accessLock.by': by }, { $unset: { accessLock: 1 } });
  }

  async function take(): Promise<boolean> {
    const at = now();
    const taken = await Account.updateOne(
      { _id: account, $or: [{ accessLock: { $exists: false } }, { 'accessLock.until': { $lt: at } }] },
      { $set: { accessLock: { by, until: new Date(at.getTime() + LOCK_MS) } } },
    );
    return taken.matchedCount === 1;
  }
}
