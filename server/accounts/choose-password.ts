import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { User } from '../models/user.js';
import type { PasswordForm } from './schema.js';
import { setPassword } from './set-password.js';

/** What was removed from an address that nobody had proven. */
export interface Cleared {
  children: number;
  appointments: number;
}

/** Removes everything that a login's households have; supplied by booking. */
export type ClearHouseholds = (deps: Deps, user: Pick<User, '_id' | 'grants'>) => Promise<Cleared>;

export const NOTHING: Cleared = { children: 0, appointments: 0 };

/**
 * Sets the password that somebody chose through a mailed link, which proves that the address is theirs. Somebody else may have used the
 * login until now: first that person's password and sessions end and their entries are removed, then the address counts as proven. If the
 * process dies in between, the login has no password until the next link.
 */
export async function choosePassword(
  deps: Deps,
  clear: ClearHouseholds,
  id: Types.ObjectId,
  { password, name }: PasswordForm,
): Promise<{ user: User; hadFeed: boolean; cleared: Cleared } | null> {
  const before = await User.findById(id).lean();
  if (!before) return null;
  let cleared = NOTHING;
  if (before.emailProvenAt === undefined) {
    const called = mayBeStrangers(before) ? { name: name || nameIn(before.email) } : {};
    await User.updateOne(
      { _id: id },
      { $unset: { passwordHash: 1 }, $set: { sessionsFrom: deps.now(), ...called } },
    );
    cleared = await clear(deps, before);
  }
  const set = await setPassword(id, password, deps.now());
  return set && { ...set, cleared };
}

/** Whether the person who gave this login its name and password may not be the owner of its address. */
export function mayBeStrangers(user: Pick<User, 'emailProvenAt' | 'passwordHash'> | null): boolean {
  return user?.emailProvenAt === undefined && user?.passwordHash !== undefined;
}

/** A name for somebody who gave none: the address up to its @. */
export function nameIn(email: string): string {
  return email.split('@')[0] ?? email;
}
